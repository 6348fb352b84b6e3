print("hibari")
