// Runs every contestant of the seal bench and prints lines of JSON: `main SECONDS`.
//
// First a line of versions, then one a contestant for each way and size, as rounds.h says. All contestants of
// a line's way and size work on the same pages; what they seal is compared before any is timed.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>

#include "contestant.h"
#include "ours.h"
#include "pages.h"
#include "roofline.h"
#include "rounds.h"
#ifdef CRYPTABLE_BENCH_IPSEC_MB
#include "ipsec_mb.h"
#endif
#ifdef CRYPTABLE_BENCH_OPENSSL
#include "openssl.h"
#endif

namespace cryptable::bench {

namespace {

constexpr size_t kSizes[] = {64, 256, 1024, 4096, 8192, 16384, 65536};
constexpr size_t kPagesMax = 256;
constexpr size_t kArenaBytes = 1 << 20;
// The batch that the product's own figures are about.
constexpr size_t kBatchPageBytes = 8192;
constexpr size_t kBatchPages = 256;
// The parts of the roofline do not change with the size: they take turns in one group.
constexpr size_t kPartsPageBytes = 4096;
// The same with all the bytes near the core: what is missing to the roofline here is not the memory's fault.
constexpr size_t kCachedPageBytes = 4096;
constexpr size_t kCachedPages = 32;
constexpr size_t kPasses = 8;

void Append(Contestants& all, Contestants more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

// Those that give the same bytes for the same pages.
Contestants PlainGcm(const Pages& pages, Way way) {
  Contestants all = Ours(pages, way);
#ifdef CRYPTABLE_BENCH_IPSEC_MB
  Append(all, IpsecMb(pages, way));
#endif
#ifdef CRYPTABLE_BENCH_OPENSSL
  Append(all, OpenSsl(pages, way));
#endif
  return all;
}

std::vector<uint8_t> SealedBytes(const Pages& pages) {
  std::vector<uint8_t> bytes;
  for (const Page& page : pages.all()) {
    bytes.insert(bytes.end(), page.sealed, page.sealed + pages.page_bytes());
    bytes.insert(bytes.end(), page.tag, page.tag + kBenchTagBytes);
  }
  return bytes;
}

// Whoever is fast and wrong does not take part, nor does the bench go on. Leaves the pages sealed.
bool DoAllAgree(const Pages& pages) {
  std::vector<uint8_t> expected;
  for (const Contestant& contestant : PlainGcm(pages, Way::kSeal)) {
    for (const Page& page : pages.all()) memset(page.sealed, 0, pages.page_bytes());
    const bool fine = contestant.run(pages.count());
    if (expected.empty()) expected = SealedBytes(pages);
    if (fine && SealedBytes(pages) == expected) continue;
    fprintf(stderr, "%s seals pages of %zu bytes differently\n", contestant.name.c_str(), pages.page_bytes());
    return false;
  }
  for (const Contestant& contestant : PlainGcm(pages, Way::kOpen)) {
    memset(pages.opened(), 0, pages.count() * pages.page_bytes());
    const bool fine = contestant.run(pages.count());
    if (fine && memcmp(pages.opened(), pages.plain(), pages.count() * pages.page_bytes()) == 0) continue;
    fprintf(stderr, "%s opens pages of %zu bytes differently\n", contestant.name.c_str(), pages.page_bytes());
    return false;
  }
  return true;
}

std::string Label(const char* group, Way way, size_t page_bytes) {
  return std::string("\"group\":\"") + group + "\",\"way\":\"" + (way == Way::kSeal ? "seal" : "open") +
         "\",\"bytes\":" + std::to_string(page_bytes);
}

struct Bench {
  // Groups refer to their pages, which stay where they are.
  std::deque<Pages> pages;
  std::vector<Group> groups;

  const Pages& NewPages(size_t page_bytes, size_t count, Layout layout) {
    return pages.emplace_back(page_bytes, count, layout);
  }
};

bool AddSize(Bench& bench, size_t page_bytes) {
  const size_t count = std::min(kPagesMax, kArenaBytes / page_bytes);
  const Pages& pages = bench.NewPages(page_bytes, count, Layout::kApart);
  const Pages& engine_pages = bench.NewPages(page_bytes, count, Layout::kEngine);
  if (!DoAllAgree(pages)) return false;
  for (const Way way : {Way::kSeal, Way::kOpen}) {
    Contestants all = PlainGcm(pages, way);
    Append(all, OursXaes(engine_pages, way));
    Append(all, Rooflines());
    if (page_bytes == kPartsPageBytes && way == Way::kSeal) Append(all, RooflineParts());
    bench.groups.emplace_back(Label("pages", way, page_bytes), all);
  }
  return true;
}

bool AddCached(Bench& bench) {
  const Pages& pages = bench.NewPages(kCachedPageBytes, kCachedPages, Layout::kApart);
  if (!DoAllAgree(pages)) return false;
  for (const Way way : {Way::kSeal, Way::kOpen}) {
    Contestants all = PlainGcm(pages, way);
    Append(all, Rooflines());
    bench.groups.emplace_back(Label("cached", way, kCachedPageBytes), all);
  }
  return true;
}

// What XAES, the table and the nonces cost over GCM alone, with the pages in the same places.
void AddBatch(Bench& bench) {
  const Pages& gcm_pages = bench.NewPages(kBatchPageBytes, kBatchPages, Layout::kEngine);
  const Pages& xaes_pages = bench.NewPages(kBatchPageBytes, kBatchPages, Layout::kEngine);
  for (const Way way : {Way::kSeal, Way::kOpen}) {
    Contestants all{Ours(gcm_pages, way).front()};
    all.front().name = "gcm";
    Append(all, OursXaes(xaes_pages, way));
    bench.groups.emplace_back(Label("batch", way, kBatchPageBytes), all);
  }
}

// Every group comes back in each pass: none has all its rounds while the machine has a bad moment. Sealing
// comes before opening, so that there is something to open.
bool Play(Bench& bench, double seconds) {
  const double group_seconds = seconds / static_cast<double>(kPasses * bench.groups.size());
  for (size_t pass = 0; pass < kPasses; pass++) {
    for (Group& group : bench.groups) {
      if (!group.Play(group.RoundsIn(group_seconds))) return false;
    }
  }
  return true;
}

void PrintVersions() {
  std::string versions;
#ifdef CRYPTABLE_BENCH_IPSEC_MB
  versions += "\"ipsec_mb\":\"" + IpsecMbVersion() + "\"";
#endif
#ifdef CRYPTABLE_BENCH_OPENSSL
  versions += (versions.empty() ? "\"openssl\":\"" : ",\"openssl\":\"") + OpenSslVersion() + "\"";
#endif
  printf("{\"group\":\"versions\",\"versions\":{%s}}\n", versions.c_str());
}

int Main(int argc, char** argv) {
  const double seconds = argc == 2 ? atof(argv[1]) : 0;
  if (seconds <= 0) {
    fprintf(stderr, "main SECONDS\n");
    return 2;
  }
  Bench bench;
  for (const size_t page_bytes : kSizes) {
    if (!AddSize(bench, page_bytes)) return 1;
  }
  if (!AddCached(bench)) return 1;
  AddBatch(bench);
  if (!Play(bench, seconds)) return 1;
  PrintVersions();
  for (const Group& group : bench.groups) group.Print();
  return 0;
}

}  // namespace

}  // namespace cryptable::bench

int main(int argc, char** argv) { return cryptable::bench::Main(argc, argv); }
