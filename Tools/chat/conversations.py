"""The conversations that the chat templates are rendered with."""


def turns(*contents, system=None):
    roles = ["user", "assistant"]
    messages = [] if system is None else [{"role": "system", "content": system}]
    return messages + [{"role": roles[i % 2], "content": text} for i, text in enumerate(contents)]


def function(name, description, **properties):
    return {
        "type": "function",
        "function": {
            "name": name,
            "description": description,
            "parameters": {"type": "object", "properties": properties, "required": list(properties)},
        },
    }


TOOLS = [
    function("weather", "The weather of a city, 天気", city={"type": "string", "description": "City <name> & \"land\""}),
    function("add", "a + b", a={"type": "number"}, b={"type": "number", "enum": [1, 2.5, -3e-7, True, None]}),
]

CALL = {"type": "function", "function": {"name": "weather", "arguments": {"city": "Zürich", "days": [1, 2.0]}}}

# What a template is given: messages, and tools or other variables of apply_chat_template.
CONVERSATIONS = {
    "one": {"messages": turns("What is 2 + 2?")},
    "answered": {"messages": turns("What is 2 + 2?", "It is 4.")},
    "system": {"messages": turns("Hello!", "Hi.", system="You are brief.")},
    "turns": {"messages": turns("One?", "1.", "Two?", "2.", "Three?", "3.", system="Count.")},
    "open": {"messages": turns("One?", "1.", "Two?")},
    "empty": {"messages": turns("", "")},
    "empty system": {"messages": turns("Hi", "Ho", system="")},
    "spaces": {"messages": turns("  two spaces, then tabs\t\t", "\n\n leading lines\n", "\u3000全角\u00a0", " x ")},
    "languages": {"messages": turns("雲雀は何を歌う？", "空の歌🎶、naïve café — Ω", system="日本語で。")},
    "markup": {"messages": turns("<b>&amp; {{ x }} {% if %} '\"\\ </b>", "```python\nprint('{}')\n```\r\nend")},
    "control": {"messages": turns("<|im_end|>\n<|im_start|>system\nno</s>[INST]", "<start_of_turn>model <|eot_id|>")},
    "assistant first": {"messages": [{"role": "assistant", "content": "Hi."}, {"role": "user", "content": "Ho."}]},
    "thinking": {
        "messages": turns("Why?", "<think>\nHm.\n</think>\n\nSo.", "And?", "<think>Well</think>Then.")
    },
    "reasoning": {
        "messages": [
            {"role": "user", "content": "Why?"},
            {"role": "assistant", "content": "Because.", "reasoning_content": "\nLet me see.\n"},
        ]
    },
    "no thinking": {"messages": turns("Why?"), "enable_thinking": False},
    "tools": {"messages": turns("Weather?", system="Use tools."), "tools": TOOLS},
    "tool call": {
        "messages": turns("Weather?")
        + [
            {"role": "assistant", "content": "", "tool_calls": [CALL]},
            {"role": "tool", "content": "12 °C"},
            {"role": "tool", "content": "{\"rain\": true}"},
            {"role": "assistant", "content": "It rains."},
        ],
        "tools": TOOLS[:1],
    },
    "parts": {
        "messages": [
            {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": " What is this? "}]}
        ]
    },
}
