// Two ways to find out which items of a list are not needed, whatever the items are.
//
// Internal to sim/minimize.
#ifndef WEIR_SIM_MINIMIZE_DELETE_H_
#define WEIR_SIM_MINIMIZE_DELETE_H_

#include <cstddef>
#include <functional>

namespace weir::sim {

// A list whose items can be deleted if the failure then still shows.
struct Deletable {
  std::function<size_t()> size;
  // Deletes items [begin, end), and maybe others that turn out to have no part in it, if it still
  // fails without them; else changes nothing and returns false. begin < end ≤ size().
  std::function<bool(size_t begin, size_t end)> try_without;
  std::function<bool()> expired;
};

// Delta debugging (Zeller and Hildebrandt, 2002) by complements alone: chunks of a half, a quarter,
// … down to single items, from the end, since what comes late matters least. A complement of two
// halves is the other half, so that no subset has to be tried by itself. Afterwards no single item
// can be deleted.
void DeltaDebug(const Deletable& list);

// From the end: deletes 1, then 2, then 4 … items at once while it still fails, and 1 again after
// it did not. Few tries where most can go. Afterwards no item could be deleted when it was tried.
void DeleteAdaptively(const Deletable& list);

// Tries each two items at once: what delta debugging leaves may hold pairs that undo one another.
void DeletePairs(const Deletable& list,
                 const std::function<bool(size_t, size_t)>& try_without_both);

}  // namespace weir::sim

#endif  // WEIR_SIM_MINIMIZE_DELETE_H_
