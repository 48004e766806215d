"""Everything that is checked: the library, the offline model, the lessons, the challenges, and the workbook's own commands."""
