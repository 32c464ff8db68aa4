// An illegal instruction (SIGILL).
int main() { __builtin_trap(); }
