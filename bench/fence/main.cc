// fence-bench: what fence costs, beside what else there is, in one run.
//
//   fence-bench                         all cases, a table
//   fence-bench --filter rendezvous     those whose name has it
//   fence-bench --json                  one JSON object a line
//
// A case and its reference are measured in turns, so that a noisy machine disturbs both; the ratio
// is the median of the ratios of the pairs, the other figures are medians too.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "bench/fence/cases.h"

namespace bench {
namespace {

struct Settings {
  std::string filter;
  double seconds = 0.3;  // of one run
  int repetitions = 7;
  bool json = false;
};

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double Quantile(std::vector<uint32_t>* values, double q) {
  if (values->empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(q * static_cast<double>(values->size() - 1));
  std::nth_element(values->begin(), values->begin() + at, values->end());
  return (*values)[static_cast<size_t>(at)] / 1e3;
}

// Figures of one side of a case.
struct Figures {
  std::vector<double> rate, p50_us, p99_us;

  void Add(uint64_t operations, Sample sample) {
    rate.push_back(static_cast<double>(operations) / sample.seconds);
    p50_us.push_back(Quantile(&sample.latencies_ns, 0.5));
    p99_us.push_back(Quantile(&sample.latencies_ns, 0.99));
  }
};

// As many operations as take about so long.
uint64_t Calibrate(const Case& one, double seconds) {
  for (uint64_t operations = 64;; operations *= 4) {
    const double took = one.run(operations).seconds;
    if (took < seconds / 8 && operations < (1u << 24)) continue;
    return std::max<uint64_t>(
        16, static_cast<uint64_t>(static_cast<double>(operations) * seconds / took));
  }
}

nlohmann::ordered_json Measure(const Case& one, const Settings& settings) {
  const uint64_t operations = Calibrate(one, settings.seconds);
  Figures own, reference;
  std::vector<double> ratios;
  for (int i = 0; i < settings.repetitions; ++i) {
    own.Add(operations, one.run(operations));
    if (!one.reference) continue;
    reference.Add(operations, one.reference(operations));
    ratios.push_back(own.rate.back() / reference.rate.back());
  }
  nlohmann::ordered_json line = {{"case", one.name},
                                 {"operations", operations},
                                 {"per_second", Median(own.rate)},
                                 {"p50_us", Median(own.p50_us)},
                                 {"p99_us", Median(own.p99_us)}};
  if (one.bytes != 0) line["bytes_per_second"] = Median(own.rate) * one.bytes;
  if (one.reference) {
    line["reference_per_second"] = Median(reference.rate);
    line["reference_p50_us"] = Median(reference.p50_us);
    line["reference_p99_us"] = Median(reference.p99_us);
    line["ratio"] = Median(ratios);
    line["ratio_from"] = *std::min_element(ratios.begin(), ratios.end());
    line["ratio_to"] = *std::max_element(ratios.begin(), ratios.end());
  }
  return line;
}

void PrintHeader() {
  std::printf("%-18s %12s %8s %9s %9s %12s %9s %9s %7s  %s\n", "", "per second", "MB/s", "p50 µs",
              "p99 µs", "reference", "p50 µs", "p99 µs", "ratio", "from-to");
}

void PrintLine(const nlohmann::ordered_json& line) {
  std::printf("%-18s %12.0f ", line["case"].get<std::string>().c_str(),
              line["per_second"].get<double>());
  if (line.contains("bytes_per_second")) {
    std::printf("%8.1f ", line["bytes_per_second"].get<double>() / 1e6);
  } else {
    std::printf("%8s ", "");
  }
  std::printf("%9.1f %9.1f ", line["p50_us"].get<double>(), line["p99_us"].get<double>());
  if (line.contains("ratio")) {
    std::printf("%12.0f %9.1f %9.1f %7.2f  %.2f-%.2f", line["reference_per_second"].get<double>(),
                line["reference_p50_us"].get<double>(), line["reference_p99_us"].get<double>(),
                line["ratio"].get<double>(), line["ratio_from"].get<double>(),
                line["ratio_to"].get<double>());
  }
  std::printf("\n");
  std::fflush(stdout);
}

int Main(const Settings& settings) {
  std::vector<Case> cases = BarrierCases();
  for (Case& one : MessageCases()) cases.push_back(std::move(one));
  std::erase_if(
      cases, [&](const Case& one) { return one.name.find(settings.filter) == std::string::npos; });
  if (cases.empty()) {
    std::fprintf(stderr, "fence-bench: no case has \"%s\" in its name\n", settings.filter.c_str());
    return 2;
  }
  if (!settings.json) PrintHeader();
  for (const Case& one : cases) {
    const nlohmann::ordered_json line = Measure(one, settings);
    if (settings.json) {
      std::printf("%s\n", line.dump().c_str());
    } else {
      PrintLine(line);
    }
  }
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Settings settings;
  CLI::App app("Measures fence, and what it is compared with, in processes of this machine.");
  app.add_option("--filter", settings.filter, "only cases with this in their name");
  app.add_option("--seconds", settings.seconds, "of one run, about")
      ->check(CLI::Range(0.001, 100.0))
      ->capture_default_str();
  app.add_option("--repetitions", settings.repetitions)
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_flag("--json", settings.json, "one JSON object a line");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return bench::Main(settings);
}
