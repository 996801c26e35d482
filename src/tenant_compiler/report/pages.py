"""The pages of the codes: what a code means, with a wrong and a right example."""

from __future__ import annotations

import os

from tenant_compiler.data import data_folder


def page(code: str) -> str:
    """The page of a code in Markdown; empty for a code that has none, such as a plug-in's."""
    try:
        with open(os.path.join(data_folder("codes"), f"{code}.md"), encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def title(code: str) -> str:
    """The title of a code's page; empty when it has none."""
    return page(code).partition("\n")[0].partition(": ")[2]
