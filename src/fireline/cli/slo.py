"""`fireline slo`: budgets without a database."""

import typer

from fireline.cli import slo_backtest, slo_import, slo_report, slo_rules

app = typer.Typer(help="Error budgets.", no_args_is_help=True)
app.command()(slo_report.report)
app.command("import")(slo_import.import_files)
app.command()(slo_rules.rules)
app.command()(slo_backtest.backtest)


@app.callback()
def group() -> None:
    """Error budgets."""
