// Whoever takes turns in the bench: a name, and a way to handle so many units.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace cryptable::bench {

enum class Way { kSeal, kOpen };

struct Contestant {
  std::string name;
  // The most units that one call of `run` handles: pages, or groups of 64 bytes for a loop without pages.
  size_t units;
  // Handles the first `count` units; false when something did not open, which ends the bench.
  std::function<bool(size_t count)> run;
};

using Contestants = std::vector<Contestant>;

}  // namespace cryptable::bench
