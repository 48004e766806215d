"""The workbook on this machine: its environment, JupyterLab in it, and the settings that say which model answers.

The modules here need the standard library alone, because workbook.py uses them before anything is installed.
The room settings/ needs what is installed: common.py uses it.
"""
