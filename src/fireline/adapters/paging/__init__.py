"""PagerDuty: calling people, and asking who is on call."""
