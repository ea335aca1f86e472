"""The directive ``{api} MODULE``: every public name of a module with its signature and docstring.

Docstrings are written to be read in a terminal: plain text, Google style, formulas in Unicode. They
are shown as they are, in paragraphs, with Args, Returns and Raises as definition lists.
"""

import importlib
import inspect
import re
import textwrap

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

SECTIONS = ("Args", "Returns", "Raises")


def public_names(module) -> list[str]:
    """__all__, or the functions and classes that the module itself defines, in its order."""
    if hasattr(module, "__all__"):
        return [n for n in module.__all__ if not inspect.ismodule(getattr(module, n))]
    own = {name: inspect.unwrap(value) for name, value in vars(module).items() if callable(value)}
    defined = [
        (inspect.getsourcelines(value)[1], name)
        for name, value in own.items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
    ]
    return [name for _, name in sorted(defined)]


def signature(name: str, value) -> str:
    """name(parameters) without annotations, one line."""
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return name
    bare = [p.replace(annotation=inspect.Parameter.empty) for p in parameters]
    return f"{name}{inspect.Signature(bare)}"


class Api(SphinxDirective):
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        module = importlib.import_module(self.arguments[0])
        body = prose(inspect.getdoc(module) or "")
        for name in public_names(module):
            value = getattr(module, name)
            if callable(value):
                body += self.entry(self.arguments[0], name, value)
        return body

    def entry(self, module: str, name: str, value) -> list[nodes.Node]:
        identifier = f"{module}.{name}"
        section = nodes.section(ids=[identifier.replace(".", "-").lower()], classes=["api-entry"])
        section += nodes.title("", "", nodes.literal("", name))
        call = signature(name, value)
        section += nodes.literal_block("", call, language="python", classes=["api-signature"])
        section += prose(inspect.getdoc(value) or "")
        for method_name, method in own_methods(value):
            section += self.method(method_name, method, inspect.cleandoc(method.__doc__))
        return [section]

    def method(self, name: str, method, text: str) -> nodes.Node:
        method = getattr(method, "__func__", method)
        title = signature(name, method) if inspect.isroutine(method) else name
        item = nodes.definition_list_item()
        item += nodes.term("", "", nodes.literal("", title))
        item += nodes.definition("", *prose(text))
        return nodes.definition_list("", item)


def own_methods(value) -> list[tuple[str, object]]:
    """The public methods and properties of a class that it documents itself."""
    return [
        (name, method)
        for name, method in (vars(value).items() if inspect.isclass(value) else ())
        if not name.startswith("_")
        and (inspect.isroutine(method) or isinstance(method, property))
        and method.__doc__
    ]


def prose(text: str) -> list[nodes.Node]:
    """A docstring as nodes: paragraphs, indented blocks as they stand, Args and so on as lists."""
    result: list[nodes.Node] = []
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        head, _, rest = block.partition("\n")
        if head.rstrip(":") in SECTIONS and head.endswith(":"):
            item = nodes.definition_list_item("", nodes.term("", head.rstrip(":")))
            item += nodes.definition("", *_entries(textwrap.dedent(rest)))
            result.append(nodes.definition_list("", item))
        elif block.startswith((" ", ">>>")) or "\n    " in block:
            result.append(nodes.literal_block("", textwrap.dedent(block), language="none"))
        elif block.startswith("- "):
            items = re.split(r"\n(?=- )", block)
            lines = [nodes.paragraph("", " ".join(i[2:].split())) for i in items]
            result.append(nodes.bullet_list("", *(nodes.list_item("", p) for p in lines)))
        elif block:
            result.append(nodes.paragraph("", " ".join(block.split())))
    return result


def _entries(text: str) -> list[nodes.Node]:
    """Lines 'name: meaning', with continuations indented."""
    entries = re.split(r"\n(?=\S)", text.strip("\n"))
    return [nodes.paragraph("", " ".join(entry.split())) for entry in entries]


def setup(app):
    app.add_directive("api", Api)
    return {"parallel_read_safe": True}
