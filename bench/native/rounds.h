// Turns, short and interleaved, so that whatever slows the machine for a while slows every contestant.
#pragma once

#include <string>
#include <vector>

#include "contestant.h"

namespace cryptable::bench {

// Contestants who are compared with each other. What they need must outlive the group.
class Group {
 public:
  // `label` is the beginning of the lines that are printed, `"key":value` pairs.
  Group(std::string label, const Contestants& contestants);

  // Rounds that the group has time for in so many seconds.
  size_t RoundsIn(double seconds) const;
  // Lets each contestant take a turn in each round. False when one failed; stderr says which.
  [[nodiscard]] bool Play(size_t rounds);
  // A line of JSON for each contestant: its name, and nanoseconds a unit of each round so far.
  void Print() const;

 private:
  struct Player {
    Contestant contestant;
    size_t count = 0;  // units a call; not yet known when zero
    size_t calls = 0;  // a turn
    std::vector<double> samples = {};
  };

  bool Prepare(Player& player) const;
  bool TakeTurn(Player& player) const;

  std::string label_;
  std::vector<Player> players_;
  size_t played_ = 0;
};

}  // namespace cryptable::bench
