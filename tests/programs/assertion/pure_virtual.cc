// A pure virtual call: libstdc++ calls std::terminate().
struct Base {
  Base() { Call(); }
  virtual ~Base() = default;
  void Call() { Missing(); }
  virtual void Missing() = 0;
};

struct Derived final : Base {
  void Missing() override {}
};

int main() {
  Derived derived;
  return 0;
}
