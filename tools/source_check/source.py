"""C++ text as the check reads it: without comments and strings, and cut into functions."""

import re

_TOKEN = re.compile(
    r"""//[^\n]*                                   # comment
      | /\*.*?\*/
      | R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"  # raw string
      | "(?:[^"\\\n]|\\.)*"
      | (?<![0-9a-fA-F])'(?:[^'\\\n]|\\.)+'        # character, not a digit separator
    """,
    re.X | re.S,
)


def blank(text):
    """The text with comments and the inside of strings made spaces; lines and columns stay."""

    def wipe(match):
        token = match[0]
        keep = token[0] if token[0] in "\"'" else " "
        inner = re.sub(r"[^\n]", " ", token[1:])
        return keep + (inner[:-1] + keep if keep != " " and len(inner) else inner)

    return _TOKEN.sub(wipe, text)


_NOT_FUNCTION = re.compile(r"\s*(?:inline\s+)?(?:namespace|class|struct|union|enum|extern\s*\")\b")
_VALUE = "value"
_LABELS = ("public", "private", "protected")
_PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)


def functions(blanked):
    """(first line, last line, first words) of each function body in a blanked text, lines from 1.

    A brace opens a function when the statement before it has a parameter list and it is not within
    a function.
    """
    text = _PREPROCESSOR.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), blanked)
    line, start, start_line = 1, 0, 1
    open_braces = []  # for each: None, _VALUE, or (first line, name) where a function opened
    inside = 0
    for at, char in enumerate(text):
        if char == "\n":
            line += 1
        elif char == "{":
            if re.match(
                r"[\w>)]", text[at - 1 : at]
            ):  # x_{1}: a value; a body has a space before it
                open_braces.append(_VALUE)
                continue
            head = text[start:at].strip()
            is_function = not inside and "(" in head and not _NOT_FUNCTION.match(head)
            is_function = is_function and not re.search(r"=\s*$", head)
            open_braces.append((start_line, head) if is_function else None)
            inside += is_function
        elif char == "}" and open_braces:
            opened = open_braces.pop()
            if opened is _VALUE:
                continue
            if opened:
                inside -= 1
                yield opened[0], line, " ".join(opened[1].split())[:60]
        is_label = char == ":" and text[start:at].strip() in _LABELS
        if char in "{};" or is_label:
            start, start_line = at + 1, None
        elif start_line is None and not char.isspace():
            start_line = line
