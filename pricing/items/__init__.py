"""One function per 加算 or 減算; the rule sets put them in the order of the official table."""
