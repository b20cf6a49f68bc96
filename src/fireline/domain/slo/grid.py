"""The grid that budgets are counted on; apart from the arrays, so that it loads at once."""

BUCKET_SECONDS = 300
