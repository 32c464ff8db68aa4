// Tokens that many threads take and one puts back: a limit on how much goes on at once.
#ifndef TOKEN_BUCKET_H_
#define TOKEN_BUCKET_H_

#include <atomic>

class TokenBucket {
 public:
  explicit TokenBucket(int tokens) : tokens_(tokens) {}

  // False if there is none.
  bool TryTake() {
#ifdef FIXED
    int seen = tokens_.load();
    while (seen > 0) {
      if (tokens_.compare_exchange_weak(seen, seen - 1)) return true;
    }
    return false;
#else
    if (tokens_.load() <= 0) return false;
    tokens_.fetch_sub(1);
    return true;
#endif
  }

  void PutBack() { tokens_.fetch_add(1); }

  int left() const { return tokens_.load(); }

 private:
  std::atomic<int> tokens_;
};

#endif  // TOKEN_BUCKET_H_
