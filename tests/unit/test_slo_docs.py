"""Every example of docs/slo-format.md is read by the reader it describes."""

import re
from pathlib import Path

import yaml

from fireline.adapters.files.slos import FileRead, read_files

PAGE = Path(__file__).parents[2] / "docs" / "slo-format.md"
BASE = {
    "apiVersion": "fireline/v1",
    "kind": "SLO",
    "title": "Orders are fine",
    "service": "orders",
    "tier": "1",
    "objective": "99",
    "window": "30d",
    "sli": "{time_slice: {value: max(NAME_lag), good: '< 1'}}",
}


def blocks() -> list[str]:
    """The YAML examples of the page."""
    return re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def whole(index: int, block: str) -> str:
    """An example as a document of its own: what it leaves out is filled in."""
    if "apiVersion:" in block:
        return block
    keys = yaml.safe_load(block).keys()
    left_out = set(keys) | ({"objective"} if "objectives" in keys else set())
    name = f"example-{index}"
    lines = [f"{k}: {v.replace('NAME', f'e{index}')}" for k, v in BASE.items() if k not in left_out]
    return "\n".join([f"name: {name}", *lines, block])


def examples() -> dict[str, str]:
    """All examples as files, and the SLOs that they speak of."""
    texts = {f"{index}": whole(index, block) for index, block in enumerate(blocks())}
    for part in ("orders-api", "orders-complete"):
        text = whole(len(texts), "# nothing of its own\nlabels: {}\n")
        texts[part] = re.sub(r"name: example-\d+", f"name: {part}", text)
    return texts


def test_every_example_loads() -> None:
    texts = examples()
    found: list[FileRead] = read_files(texts)
    assert [str(p) for file in found for p in file.problems] == []
    kinds = {type(read.slo.sli).__name__ for file in found for read in file.slos}
    assert kinds == {
        "RatioSli",
        "SlicedRatioSli",
        "LatencySli",
        "TimeSliceSli",
        "DeadlineSli",
        "EntityRatioSli",
        "CompositeSli",
    }
    assert len(texts) > 15
