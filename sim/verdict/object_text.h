// Objects as a person is told of them: by their names in the source, where these are known.
#ifndef WEIR_SIM_VERDICT_OBJECT_TEXT_H_
#define WEIR_SIM_VERDICT_OBJECT_TEXT_H_

#include <string>
#include <string_view>

#include "sim/engine/object.h"
#include "sim/verdict/symbols.h"

namespace weir::sim {

// "the_lock" for a global that the symbol table of its file has, else as ObjectName() writes it.
// ObjectName() must be valid; `symbols` may be null.
std::string ObjectText(const ObjectKey& key, const Symbols* symbols);

// The same of an object that is written as in a schedule; what is not of that form stays as it is.
std::string ObjectText(std::string_view written, const Symbols* symbols);

// Both: "fence.so+0x4030 (the_lock)", or the written form alone.
std::string ObjectInFull(const ObjectKey& key, const Symbols* symbols);

}  // namespace weir::sim

#endif  // WEIR_SIM_VERDICT_OBJECT_TEXT_H_
