import Glibc
import HibariCommands

exit(Hibari.run(Array(CommandLine.arguments.dropFirst())))
