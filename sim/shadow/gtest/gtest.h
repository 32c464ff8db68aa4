// Found in front of GoogleTest's own <gtest/gtest.h> when a target is compiled, so that a failed
// assertion is told to weir where it fails. The first one ends the execution, also an EXPECT: what
// comes after it would only be a consequence.
//
// C++11, as GoogleTest may be compiled with; and includes nothing of weir's.
#pragma clang system_header  // or the next line were an extension that some warn of
#include_next <gtest/gtest.h>

#ifndef WEIR_SIM_SHADOW_GTEST_GTEST_H_
#define WEIR_SIM_SHADOW_GTEST_GTEST_H_

#include <cstddef>
#include <cstring>
#include <string>

extern "C" [[noreturn]] void weir_fail(const char* oracle, const char* message, size_t length);

namespace weir {
namespace shadow {

class Listener : public ::testing::EmptyTestEventListener {
  void OnTestStart(const ::testing::TestInfo& test) override { test_ = test.name(); }

  void OnTestPartResult(const ::testing::TestPartResult& part) override {
    if (!part.failed()) return;
    // The id has the file without its folders: it names the failure, wherever it was compiled. What
    // fails nowhere in particular (a mock that nobody expected) has its test's name.
    std::string place = test_;
    if (part.file_name() != nullptr && part.line_number() >= 0) {
      const char* const slash = std::strrchr(part.file_name(), '/');
      place = slash == nullptr ? part.file_name() : slash + 1;
      place += ":" + std::to_string(part.line_number());
    }
    const std::string oracle = "expect:" + place;
    const std::string message = place + ": " + Sentence(part.summary());
    weir_fail(oracle.c_str(), message.c_str(), message.size());
  }

  // GoogleTest's lines, indented as they are, as one.
  static std::string Sentence(const char* text) {
    std::string sentence;
    bool at_start = false;
    for (; *text != '\0'; ++text) {
      if (*text == '\n') {
        at_start = true;
      } else if (!at_start || *text != ' ') {
        if (at_start && !sentence.empty()) sentence += sentence.back() == ':' ? " " : ", ";
        at_start = false;
        sentence += *text;
      }
    }
    return sentence;
  }

  const char* test_ = "";  // as GoogleTest keeps it; asking for it would take a lock that it holds
};

// Once in a target, however many of its files include this.
template <typename T>
struct Listening {
  static const bool since_load;
};
template <typename T>
const bool Listening<T>::since_load =
    (::testing::UnitTest::GetInstance()->listeners().Append(new Listener), true);
template struct Listening<void>;

}  // namespace shadow
}  // namespace weir

#endif  // WEIR_SIM_SHADOW_GTEST_GTEST_H_
