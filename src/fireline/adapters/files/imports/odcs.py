"""Drafts of SLOs out of data contracts: latency as freshness, time of availability as deadline."""

from collections.abc import Iterator

from fireline.adapters.files.imports.branches import Branch
from fireline.adapters.files.imports.drafts import Draft, Imported, Sli, finished
from fireline.adapters.files.odcs import contracts_in
from fireline.adapters.files.problems import Findings
from fireline.adapters.files.variables import SLOT_START
from fireline.adapters.files.yaml_fields import Text
from fireline.domain.lineage.contract import Contract

METRIC = "dataset_last_success_timestamp_seconds"
OBJECTIVES = {"freshness": "99", "deadline": "95"}
SLICE = "5m"


def read_contract(document: Branch, window: str) -> Iterator[Imported]:
    """The drafts of one contract, two for each dataset at most."""
    problems = Findings(document.findings.file)
    found = list(contracts_in(Branch(document.node, problems)))
    drafts = [(one, draft) for one in found for draft in _drafts(one, document.line, window)]
    for contract, draft in drafts:
        branch = Branch(document.node, Findings(document.findings.file))
        branch.skip(*branch.names())
        _doubts(branch, contract, draft)
        yield finished(branch, draft)
    if not drafts and not problems.errors:
        message = "it promises neither `latency` nor `timeOfAvailability`; there is no SLO in it."
        problems.warning(document.line, "no-slo", message)
    yield Imported(document.line, None, tuple(problems.problems))


def _drafts(contract: Contract, line: int, window: str) -> Iterator[Draft]:
    last = f'max({METRIC}{{dataset="{contract.datasets[0]}"}})'
    if contract.latency is not None:
        seconds = contract.latency.total_seconds()
        parts = {
            "value": Text(f"time() - {last}", line),
            "good": Text(f"<= {seconds:.0f}", line),
            "slice": Text(SLICE, line),
        }
        yield _draft(contract, "freshness", Sli("time_slice", parts, "bad"), line, window)
    if contract.due:
        calendar = {"by": Text(contract.due, line), "zone": Text("UTC", line)}
        landed = Text(f"{last} >= bool {SLOT_START}", line)
        sli = Sli("deadline", {"landed_when": landed, "calendar": calendar})
        yield _draft(contract, "deadline", sli, line, window)


def _draft(contract: Contract, what: str, sli: Sli, line: int, window: str) -> Draft:
    dataset = contract.datasets[0]
    extra = {"datasets": Text(dataset, line)}
    if contract.owner:
        extra["owner"] = Text(contract.owner, line)
    if contract.channel:
        extra["channel"] = Text(contract.channel, line)
    promised = contract.availability if what == "freshness" else ""
    return Draft(
        line=line,
        name=Text(f"{dataset.rpartition('.')[2]}-{what}".replace("_", "-"), line),
        service=Text(contract.name, line),
        objective=Text(promised.removesuffix("%").strip() or OBJECTIVES[what], line),
        window=Text(window, line),
        kind=sli.kind,
        sli=sli.parts,
        title=Text(f"{dataset}: {what} as its contract {contract.name} promises", line),
        absent=sli.absent,
        extra=extra,
    )


def _doubts(branch: Branch, contract: Contract, draft: Draft) -> None:
    """What a person has to look at before the draft is an SLO."""
    message = f"`{draft.name.value}` is a draft: put the metric that you have for {METRIC}"
    if draft.objective.value in OBJECTIVES.values():
        message += f", and choose the objective ({draft.objective.value} % is only a start)"
    branch.warning(contract.line, "draft", f"{message}.")
