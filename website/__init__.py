"""The workbook without an install: a site on which it runs in the browser, with pages to read."""
