"""Items, papers, marks: assessment as an engine. It knows nothing of courses and could be used without them."""
