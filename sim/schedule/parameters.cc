#include "sim/schedule/parameters.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace weir::sim {
namespace {

std::string Allowed(const ParameterSpec& spec) {
  if (!spec.names.empty()) return absl::StrCat("one of ", absl::StrJoin(spec.names, ", "));
  return absl::StrCat("an integer from ", spec.least, " to ", spec.most);
}

absl::Status NotAllowed(const ParameterSpec& spec, const std::string& got) {
  return absl::InvalidArgumentError(
      absl::StrCat("parameter ", spec.name, ": expected ", Allowed(spec), ", got ", got));
}

std::string Written(const Parameter& parameter) {
  if (const auto* number = std::get_if<int64_t>(&parameter.value)) return absl::StrCat(*number);
  return absl::StrCat("\"", std::get<std::string>(parameter.value), "\"");
}

absl::StatusOr<int64_t> ValueOf(const Parameter& given, const ParameterSpec& spec) {
  if (const auto* number = std::get_if<int64_t>(&given.value)) {
    const bool fits = spec.names.empty() && *number >= spec.least && *number <= spec.most;
    if (fits) return *number;
  } else if (!spec.names.empty()) {
    const auto found =
        std::find(spec.names.begin(), spec.names.end(), std::get<std::string>(given.value));
    if (found != spec.names.end()) return found - spec.names.begin();
  }
  return NotAllowed(spec, Written(given));
}

absl::Status UnknownName(const std::string& name, std::span<const ParameterSpec> declared) {
  std::vector<std::string> names;
  for (const ParameterSpec& spec : declared) names.push_back(spec.name);
  return absl::InvalidArgumentError(
      absl::StrCat("unknown parameter ", name, "; the scenario has ",
                   names.empty() ? "none" : absl::StrJoin(names, ", ")));
}

}  // namespace

std::vector<ParameterSpec> DeclaredParameters(const WeirScenario& scenario) {
  std::vector<ParameterSpec> declared;
  for (size_t i = 0; i < scenario.parameter_count; ++i) {
    const WeirParameter& parameter = scenario.parameters[i];
    ParameterSpec spec{parameter.name, parameter.least, parameter.most, parameter.fallback, {}};
    if (parameter.names != nullptr) {
      spec.names.assign(parameter.names, parameter.names + parameter.most + 1);
    }
    declared.push_back(std::move(spec));
  }
  return declared;
}

absl::StatusOr<std::vector<int64_t>> ResolveParameters(std::span<const Parameter> given,
                                                       std::span<const ParameterSpec> declared) {
  std::vector<std::optional<int64_t>> found(declared.size());
  for (const Parameter& parameter : given) {
    const auto spec = std::find_if(declared.begin(), declared.end(), [&](const ParameterSpec& s) {
      return s.name == parameter.name;
    });
    if (spec == declared.end()) return UnknownName(parameter.name, declared);
    std::optional<int64_t>& value = found[static_cast<size_t>(spec - declared.begin())];
    if (value) {
      return absl::InvalidArgumentError(
          absl::StrCat("parameter ", parameter.name, " is given twice"));
    }
    const absl::StatusOr<int64_t> number = ValueOf(parameter, *spec);
    if (!number.ok()) return number.status();
    value = *number;
  }
  std::vector<int64_t> values;
  for (size_t i = 0; i < declared.size(); ++i) {
    values.push_back(found[i].value_or(declared[i].fallback));
  }
  return values;
}

std::vector<Parameter> NamedParameters(std::span<const int64_t> values,
                                       std::span<const ParameterSpec> declared) {
  std::vector<Parameter> parameters;
  for (size_t i = 0; i < declared.size(); ++i) {
    const ParameterSpec& spec = declared[i];
    if (spec.names.empty()) {
      parameters.push_back({spec.name, values[i]});
    } else {
      parameters.push_back({spec.name, spec.names[static_cast<size_t>(values[i])]});
    }
  }
  return parameters;
}

absl::StatusOr<Parameter> ParseParameter(const ParameterSpec& spec, std::string_view text) {
  Parameter parameter{spec.name, std::string(text)};
  if (spec.names.empty()) {
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.empty()) {
      return NotAllowed(spec, Written(parameter));
    }
    parameter.value = value;
  }
  const absl::StatusOr<int64_t> allowed = ValueOf(parameter, spec);
  if (!allowed.ok()) return allowed.status();
  return parameter;
}

}  // namespace weir::sim
