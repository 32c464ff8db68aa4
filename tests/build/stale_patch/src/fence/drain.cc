// The line that bug.patch beside src/ would change is no longer so.
int Drain() { return 3; }
