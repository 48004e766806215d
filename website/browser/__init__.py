"""The workbook in a browser: JupyterLite, with a Python that runs there, the lessons and the challenges."""
