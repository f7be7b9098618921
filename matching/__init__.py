"""Pure text work: languages, names, queries, the matcher, story grouping. No I/O at all."""
