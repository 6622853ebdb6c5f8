"""One row a cell, and the files and maps that such a sheet becomes."""
