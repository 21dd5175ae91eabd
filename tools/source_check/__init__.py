"""The source check: what tools/check looks at. See tools/README.md."""
