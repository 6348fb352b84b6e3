#!/usr/bin/env python3
"""Writes what transformers renders of chat templates and what Jinja makes of small ones, for tests to compare with.

The templates stand in Tests/HibariChatTests/Fixtures/templates; README.md there says whose they are.

Example: python Tools/chat/fixtures.py
"""

import json
from datetime import datetime, timezone
from pathlib import Path

import jinja2
import transformers
from transformers.utils.chat_template_utils import _compile_jinja_template, _render_with_assistant_indices

from conversations import CONVERSATIONS
from expressions import ERRORS, LINES, TEMPLATES, VALUES, VARIABLES

FOLDER = Path(__file__).resolve().parents[2] / "Tests/HibariChatTests/Fixtures"
# 2024-07-26, noon in UTC.
CLOCK = 1721995200
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}


def compile_template(text):
    template = _compile_jinja_template(text)
    clock = datetime.fromtimestamp(CLOCK, timezone.utc)
    template.environment.globals["strftime_now"] = lambda form: clock.strftime(form)
    return template


def render(text, variables):
    """The text, and in bytes where the assistant's is; or the message of an error."""
    variables = dict(variables)
    try:
        template = compile_template(text)
        messages, tools = variables.pop("messages", None), variables.pop("tools", None)
        prompt = variables.pop("add_generation_prompt", False)
        given = {} if messages is None else {"messages": messages, "tools": tools, "add_generation_prompt": prompt}
        blocks, indices = [], []
        with template.environment.activate_tracker(blocks, indices):
            for block in template.generate(**given, **variables):
                blocks.append(block)
    except Exception as error:  # Jinja lets errors of Python through.
        return {"error": f"{type(error).__name__}: {error}"}
    text = "".join(blocks)
    result = {"text": text}
    if indices:
        result["generated"] = [[len(text[:a].encode()), len(text[:b].encode())] for a, b in indices]
    return result


def template_cases():
    cases = []
    for path in sorted((FOLDER / "templates").glob("*.jinja")):
        for name, conversation in CONVERSATIONS.items():
            for prompt in (False, True):
                given = {**TOKENS, **conversation, "add_generation_prompt": prompt}
                result = render(path.read_text(), given)
                # Which error Python gives says little; that there is one does.
                if "error" in result and not result["error"].startswith("TemplateError"):
                    result["error"] = "an error"
                cases.append({"template": path.stem, "conversation": name, "prompt": prompt, **result})
    return cases


def expression_cases():
    sources = []
    for line in VALUES.splitlines():
        # " | " separates values but where a filter follows one.
        parts = line.split(" | ")
        joined = []
        for part in parts:
            if part in ("list", "length"):
                joined[-1] += "|" + part
            else:
                joined.append(part)
        sources += joined
    sources += LINES.splitlines()
    cases = [{"source": "{{ " + source + " }}"} for source in sources]
    cases += [{"source": source} for source in TEMPLATES + ERRORS]
    for case in cases:
        result = render(case["source"], VARIABLES)
        refuses = case["source"] in ERRORS
        if ("error" in result) != refuses or " at 0x" in result.get("text", ""):
            raise SystemExit(f"{case['source']!r} gives {result}")
        case.update({"error": True} if refuses else result)
    return cases


def write(name, value):
    text = json.dumps(value, ensure_ascii=False, indent=0, separators=(",", ":"))
    (FOLDER / name).write_text(text + "\n")
    print(f"{name}: {len(value['cases'])} cases, {len(text.encode()) // 1024} KiB")


def main():
    versions = {"transformers": transformers.__version__, "jinja2": jinja2.__version__}
    write(
        "templates.json",
        {"versions": versions, "clock": CLOCK, "tokens": TOKENS, "conversations": CONVERSATIONS, "cases": template_cases()},
    )
    write(
        "expressions.json",
        {"versions": versions, "clock": CLOCK, "variables": VARIABLES, "cases": expression_cases()},
    )


if __name__ == "__main__":
    main()
