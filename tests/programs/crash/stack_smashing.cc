// What the compiler's stack protector does when it finds a frame overwritten.
extern "C" [[noreturn]] void __stack_chk_fail();

int main() { __stack_chk_fail(); }
