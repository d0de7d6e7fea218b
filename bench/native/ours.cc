// Plain GCM goes to the kernel as the cipher hands it over: a run of messages under a key with its wide
// tables.
#include "ours.h"

#include <algorithm>
#include <memory>

#include "batch.h"
#include "kernels.h"
#include "secret.h"

namespace cryptable::bench {

namespace {

struct Tag {
  uint8_t bytes[kTagBytes];
};

struct Ready {
  Ready(const Kernel& kernel, const Pages& pages, Way way);

  bool Seal(size_t count) const;
  bool Open(size_t count) const;

  const Kernel& kernel;
  const Pages& pages;
  GcmState state;
  WideTables wide;
  GcmKey key{&state, nullptr};
  std::vector<GcmMessage> messages;
  std::vector<Tag> tags;  // of what was opened
};

Ready::Ready(const Kernel& chosen, const Pages& all, Way way)
    : kernel(chosen), pages(all), tags(all.count()) {
  kernel.set_up(pages.key(), &state, 1);
  if (kernel.widen != nullptr) {
    kernel.widen(&state, &wide);
    key.wide = &wide;
  }
  for (size_t i = 0; i < pages.count(); i++) {
    const Page& page = pages.all()[i];
    if (way == Way::kSeal) {
      messages.push_back(
          {page.nonce, page.aad, kBenchAadBytes, page.plain, page.sealed, pages.page_bytes(), page.tag});
    } else {
      messages.push_back({page.nonce, page.aad, kBenchAadBytes, page.sealed, page.opened, pages.page_bytes(),
                          tags[i].bytes});
    }
  }
}

bool Ready::Seal(size_t count) const {
  kernel.seal(&key, messages.data(), count);
  kernel.scrub_registers();
  return true;
}

bool Ready::Open(size_t count) const {
  kernel.open(&key, messages.data(), count);
  kernel.scrub_registers();
  bool fine = true;
  for (size_t i = 0; i < count; i++) {
    fine &= EqualInConstantTime(tags[i].bytes, std::span(pages.all()[i].tag, kTagBytes));
  }
  return fine;
}

// The table of a batch of the engine's pages.
std::vector<uint32_t> TableOf(const Pages& pages, Way way) {
  std::vector<uint32_t> table;
  const auto bytes = static_cast<uint32_t>(pages.page_bytes());
  const auto sealed_bytes = static_cast<uint32_t>(pages.sealed_stride());
  for (uint32_t i = 0; i < pages.count(); i++) {
    const bool sealing = way == Way::kSeal;
    table.push_back(i * (sealing ? bytes : sealed_bytes));
    table.push_back(sealing ? bytes : sealed_bytes);
    table.push_back(i * (sealing ? sealed_bytes : bytes));
    table.push_back(i * uint32_t{kBenchAadBytes});
    table.push_back(uint32_t{kBenchAadBytes});
  }
  return table;
}

struct XaesReady {
  XaesReady(const Pages& all, Way way) : pages(all), table(TableOf(all, way)) {
    SetUpXaesKey(KeyBytes(pages.key(), kKeyBytes), &key);
  }

  PageBatch Batch(Bytes input, WritableBytes output, size_t count) const {
    return {input, output, Bytes(pages.aad(), pages.count() * kBenchAadBytes),
            std::span(table).first(count * PageBatch::kStride)};
  }
  WritableBytes Sealed() const { return {pages.sealed(), pages.count() * pages.sealed_stride()}; }

  bool Seal(size_t count) const {
    const PageBatch batch = Batch(Bytes(pages.plain(), pages.count() * pages.page_bytes()), Sealed(), count);
    return IsSealable(batch) && SealPages(BestKernel(), key, batch) == Fault::kNone;
  }

  bool Open(size_t count) const {
    const PageBatch batch =
        Batch(Sealed(), WritableBytes(pages.opened(), pages.count() * pages.page_bytes()), count);
    int64_t first_failed;
    return IsOpenable(batch) && OpenPages(BestKernel(), key, batch, &first_failed) == Fault::kNone &&
           first_failed == -1;
  }

  const Pages& pages;
  XaesKey key;
  std::vector<uint32_t> table;
};

template <typename T>
Contestant Of(std::string name, std::shared_ptr<T> ready, Way way) {
  const size_t count = ready->pages.count();
  if (way == Way::kSeal) return {std::move(name), count, [=](size_t first) { return ready->Seal(first); }};
  return {std::move(name), count, [=](size_t first) { return ready->Open(first); }};
}

}  // namespace

Contestants Ours(const Pages& pages, Way way) {
  Contestants contestants;
  for (const Kernel* kernel : UsableKernels())
    contestants.push_back(Of(kernel->name, std::make_shared<Ready>(*kernel, pages, way), way));
  return contestants;
}

Contestants OursXaes(const Pages& pages, Way way) {
  return {Of("xaes", std::make_shared<XaesReady>(pages, way), way)};
}

}  // namespace cryptable::bench
