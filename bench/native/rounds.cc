// Time is that of this thread on the processor: while others run, it stands.
#include "rounds.h"

#include <time.h>

#include <algorithm>
#include <cstdio>

namespace cryptable::bench {

namespace {

// Shorter than the time a scheduler gives a thread, long against reading the clock.
constexpr double kTurnNs = 1e6;

double NowNs() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e9 * static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec);
}

}  // namespace

Group::Group(std::string label, const Contestants& contestants) : label_(std::move(label)) {
  for (const Contestant& contestant : contestants) players_.push_back({.contestant = contestant});
}

size_t Group::RoundsIn(double seconds) const {
  const double round_ns = kTurnNs * static_cast<double>(std::max<size_t>(players_.size(), 1));
  return static_cast<size_t>(std::max(1e9 * seconds / round_ns, 1.0));
}

// As many units as a turn has time for, all of them as often as it has time for, after a call to warm up.
bool Group::Prepare(Player& player) const {
  const Contestant& contestant = player.contestant;
  if (!contestant.run(contestant.units)) return false;
  const double start = NowNs();
  if (!contestant.run(contestant.units)) return false;
  const double share = kTurnNs / std::max(NowNs() - start, 1.0);
  const auto units = static_cast<double>(contestant.units);
  player.count = static_cast<size_t>(std::clamp(units * share, 1.0, units));
  player.calls = static_cast<size_t>(std::max(share, 1.0));
  return true;
}

// The first call is not timed: it finds the caches as the contestant before left them.
bool Group::TakeTurn(Player& player) const {
  if (player.count == 0 && !Prepare(player)) return false;
  bool fine = player.contestant.run(player.count);
  const double start = NowNs();
  for (size_t i = 0; i < player.calls; i++) fine &= player.contestant.run(player.count);
  player.samples.push_back((NowNs() - start) / static_cast<double>(player.calls * player.count));
  return fine;
}

bool Group::Play(size_t rounds) {
  for (size_t round = 0; round < rounds; round++) {
    for (size_t i = 0; i < players_.size(); i++) {
      // Every other round goes backwards, so that none always follows the same neighbour.
      Player& player = players_[played_ % 2 == 0 ? i : players_.size() - 1 - i];
      if (TakeTurn(player)) continue;
      fprintf(stderr, "%s failed: %s\n", player.contestant.name.c_str(), label_.c_str());
      return false;
    }
    played_++;
  }
  return true;
}

void Group::Print() const {
  for (const Player& player : players_) {
    printf("{%s,\"name\":\"%s\",\"ns\":[", label_.c_str(), player.contestant.name.c_str());
    for (size_t i = 0; i < player.samples.size(); i++) printf("%s%.5g", i == 0 ? "" : ",", player.samples[i]);
    printf("]}\n");
  }
}

}  // namespace cryptable::bench
