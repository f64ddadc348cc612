"""What is printed: pick lists and packing slips, as HTML for a browser's printer and as PDF, from the same facts."""
