"""`fireline schema`: what editors need to complete and check definitions."""

from typing import TYPE_CHECKING

from fireline.cli.loading import WhenUsed
from fireline.cli.output import print_text

if TYPE_CHECKING:
    from fireline.adapters.files.schema import documents
else:
    documents = WhenUsed("fireline.adapters.files.schema.documents")


def schema() -> None:
    """Print the JSON Schema of `fireline/v1` files, for editors.

    For example:

        fireline schema > fireline-v1.schema.json
    """
    print_text(documents.as_text().rstrip())
