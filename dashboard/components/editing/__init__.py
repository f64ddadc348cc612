"""Parts of the editors of versioned documents: strategies, workflows."""
