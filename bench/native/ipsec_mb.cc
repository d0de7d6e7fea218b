// A manager a tier; a tier that the processor or the library lacks is left out.
#include "ipsec_mb.h"

#include <intel-ipsec-mb.h>

#include <cstring>
#include <memory>

namespace cryptable::bench {

namespace {

struct Tier {
  const char* name;
  void (*init)(IMB_MGR*);
  uint64_t needs;
};

// With every feature on, as the library itself would choose. For AVX-512 it has one implementation without
// VAES too: where it would take that one, the tier would not be what its name says.
const Tier kTiers[] = {
    {"avx512", init_mb_mgr_avx512, IMB_CPUFLAGS_AVX512 | IMB_FEATURE_VAES | IMB_FEATURE_VPCLMULQDQ},
    {"avx2", init_mb_mgr_avx2, IMB_CPUFLAGS_AVX2},
    {"sse", init_mb_mgr_sse, IMB_CPUFLAGS_SSE},
};

struct Ready {
  std::unique_ptr<IMB_MGR, decltype(&free_mb_mgr)> manager{alloc_mb_mgr(0), free_mb_mgr};
  gcm_key_data key;
};

bool Seal(const Ready& ready, const Page& page, size_t bytes) {
  gcm_context_data context;
  ready.manager->gcm256_enc(&ready.key, &context, page.sealed, page.plain, bytes, page.nonce, page.aad,
                            kBenchAadBytes, page.tag, kBenchTagBytes);
  return true;
}

bool Open(const Ready& ready, const Page& page, size_t bytes) {
  gcm_context_data context;
  uint8_t tag[kBenchTagBytes];
  ready.manager->gcm256_dec(&ready.key, &context, page.opened, page.sealed, bytes, page.nonce, page.aad,
                            kBenchAadBytes, tag, kBenchTagBytes);
  return memcmp(tag, page.tag, sizeof(tag)) == 0;
}

}  // namespace

Contestants IpsecMb(const Pages& pages, Way way) {
  Contestants contestants;
  for (const Tier& tier : kTiers) {
    auto ready = std::make_shared<Ready>();
    if (!ready->manager || (ready->manager->features & tier.needs) != tier.needs) continue;
    tier.init(ready->manager.get());
    if (imb_get_errno(ready->manager.get()) != 0) continue;
    ready->manager->gcm256_pre(pages.key(), &ready->key);
    const auto step = way == Way::kSeal ? Seal : Open;
    contestants.push_back({std::string("ipsec_mb_") + tier.name, pages.count(), [=, &pages](size_t count) {
                             bool fine = true;
                             for (size_t i = 0; i < count; i++)
                               fine &= step(*ready, pages.all()[i], pages.page_bytes());
                             return fine;
                           }});
  }
  return contestants;
}

std::string IpsecMbVersion() { return imb_get_version_str(); }

}  // namespace cryptable::bench
