"""The directive ``{api} MODULE``: every public name of a module with its signature and docstring.

With the option ``:all:`` also those that the package around the module does not export.

Docstrings are written to be read in a terminal: plain text, Google style, formulas in Unicode. They
are shown as they are, in paragraphs, with Args, Returns and Raises as lists.
"""

import importlib
import inspect
import re
import textwrap
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

SECTIONS = {"Args:": "Arguments", "Returns:": "Returns", "Raises:": "Raises"}


def public_names(module, *, everything: bool = False) -> list[str]:
    """__all__, or else the functions and classes that the module itself defines, in its order.

    Of a module inside a package such as dmnb.emphasis only those that the package exports, unless
    everything is asked for.
    """
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
    exported = None if everything else getattr(exporter(module), "__all__", None)
    return [name for _, name in sorted(defined) if exported is None or name in exported]


def exporter(module):
    """The module by which a reader imports its names: dmnb.emphasis for dmnb.emphasis.library."""
    package = module.__name__.rpartition(".")[0]
    return importlib.import_module(package) if "." in package else module


def signature(name: str, value) -> str:
    """name(parameters), without annotations and without self."""
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return name
    bare = [p.replace(annotation=inspect.Parameter.empty) for p in parameters]
    bare = [p for p in bare if p.name not in ("self", "cls")]
    return f"{name}{inspect.Signature(bare)}"


class Api(SphinxDirective):
    required_arguments = 1
    option_spec: ClassVar = {"all": directives.flag}

    def run(self) -> list[nodes.Node]:
        module = importlib.import_module(self.arguments[0])
        body = prose(inspect.getdoc(module) or "")
        for name in public_names(module, everything="all" in self.options):
            if callable(value := getattr(module, name)):
                body.append(entry(f"{exporter(module).__name__}.{name}", value))
        for node in body:
            node["support_smartquotes"] = False  # quotes in docstrings are Python's
        return body


def entry(path: str, value) -> nodes.Node:
    name = path.rpartition(".")[2]
    # Not in lower case: a class such as Profile would share its place with a function, profile.
    section = nodes.section(ids=[path.replace(".", "-")], classes=["api-entry"])
    section += nodes.title("", "", nodes.literal("", name))
    call = signature(name, value)
    section += nodes.literal_block("", call, language="python", classes=["api-signature"])
    section += prose(inspect.getdoc(value) or "")
    methods = [
        described([nodes.literal("", signature_of_member(name, method))], prose(doc))
        for name, method, doc in own_methods(value)
    ]
    if methods:
        section += nodes.definition_list("", *methods, classes=["api-methods"])
    return section


def own_methods(value) -> list[tuple[str, object, str]]:
    """(name, method or property, docstring) of what a class documents itself."""
    return [
        (name, getattr(method, "__func__", method), inspect.cleandoc(method.__doc__))
        for name, method in (vars(value).items() if inspect.isclass(value) else ())
        if not name.startswith("_")
        and (inspect.isroutine(method) or isinstance(method, property))
        and method.__doc__
    ]


def signature_of_member(name: str, method) -> str:
    return signature(name, method) if inspect.isroutine(method) else name


def prose(text: str) -> list[nodes.Node]:
    """A docstring as nodes: paragraphs, indented blocks as they stand, Args and so on as lists."""
    result: list[nodes.Node] = []
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        head, _, rest = block.partition("\n")
        if head in SECTIONS:
            rest = textwrap.dedent(rest)
            inside = [paragraph(rest)] if head == "Returns:" else [fields(rest)]
            item = described([nodes.Text(SECTIONS[head])], inside)
            result.append(nodes.definition_list("", item, classes=["api-part"]))
        elif block.startswith((" ", ">>>")) or "\n    " in block:
            result.append(nodes.literal_block("", textwrap.dedent(block), language="none"))
        elif block.startswith("- "):
            items = [paragraph(i[2:]) for i in re.split(r"\n(?=- )", block)]
            result.append(nodes.bullet_list("", *(nodes.list_item("", p) for p in items)))
        elif block:
            result.append(paragraph(block))
    return result


def fields(text: str) -> nodes.Node:
    """Lines 'name: meaning', continued by indented lines, as a list of fields."""
    result = nodes.field_list()
    for line in re.split(r"\n(?=\S)", text.strip("\n")):
        name, _, meaning = line.partition(":")
        body = nodes.field_body("", paragraph(meaning))
        result += nodes.field("", nodes.field_name("", "", nodes.literal("", name)), body)
    return result


def described(term: list[nodes.Node], description: list[nodes.Node]) -> nodes.Node:
    return nodes.definition_list_item(
        "", nodes.term("", "", *term), nodes.definition("", *description)
    )


def paragraph(text: str) -> nodes.Node:
    """Text in one line, what stands in backticks as code."""
    pieces = re.split(r"`+([^`]+)`+", " ".join(text.split()))
    kinds = [
        nodes.literal("", piece) if k % 2 else nodes.Text(piece) for k, piece in enumerate(pieces)
    ]
    return nodes.paragraph("", "", *kinds)


def setup(app):
    app.add_directive("api", Api)
    return {"parallel_read_safe": True}
