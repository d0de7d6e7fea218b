// A fuzzer for the table of a batch: hostile descriptors, and pages that were sealed and perhaps damaged
// since.
//
// Whatever the table says, no byte outside the buffers is read or written (the sanitizers look); what is
// accepted comes out as if each page had been opened, or sealed, alone with the portable kernel.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "check.h"
#include "kernels.h"
#include "overlap.h"

namespace cryptable {

namespace {

constexpr size_t kPagesMax = 70;  // more than are opened together
constexpr size_t kBufferBytesMax = 8192;

void Require(bool is_true, const char* what) {
  if (is_true) return;
  fprintf(stderr, "%s\n", what);
  abort();
}

// Reads what the fuzzer gave; zeros follow its end.
class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_(bytes) {}

  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const uint8_t byte = rest_.front();
    rest_ = rest_.subspan(1);
    return byte;
  }
  uint16_t Short() {
    const uint8_t low = Byte();
    return static_cast<uint16_t>(low | Byte() << 8);
  }
  // Small, or among the largest of 32 bits.
  uint32_t Number() {
    const uint16_t number = Short();
    return number >= 0xff00 ? 0xffff0000u | number : number;
  }
  void Fill(WritableBytes bytes) {
    for (uint8_t& byte : bytes) byte = Byte();
  }

 private:
  Bytes rest_;
};

struct Page {
  Bytes input, aad;
  WritableBytes output;
};

// What one byte of the fuzzer's decides.
struct Choices {
  explicit Choices(uint8_t byte)
      : direction((byte & 1) != 0 ? Direction::kSeal : Direction::kOpen),
        is_in_place((byte & 2) != 0),
        is_sealed_before((byte & 4) != 0),
        kernel(*UsableKernels()[(byte >> 3) % UsableKernels().size()]) {}

  Direction direction;
  bool is_in_place;       // one buffer for input and output
  bool is_sealed_before;  // the pages to be opened have been sealed; some are damaged
  const Kernel& kernel;
};

const XaesKey& TheKey() {
  static const Secret<XaesKey> key = [] {
    Secret<XaesKey> made;
    Require(static_cast<bool>(made), "no secret memory");
    const Buffer bytes = Bytestream(1).Bytes(kKeyBytes);
    SetUpXaesKey(KeyBytes(bytes.data(), kKeyBytes), &*made);
    return made;
  }();
  return *key;
}

Xaes Portable() { return Xaes(*UsableKernels().back(), TheKey()); }

class Trial {
 public:
  explicit Trial(Reader& reader)
      : choices_(reader.Byte()),
        // Vectors of exactly these lengths: the sanitizer knows where they end.
        input_(reader.Short() % kBufferBytesMax),
        output_(choices_.is_in_place ? 0 : reader.Short() % kBufferBytesMax),
        aad_(reader.Byte()),
        table_(reader.Byte() % kPagesMax * PageBatch::kStride) {
    for (uint32_t& number : table_) number = reader.Number();
    damage_ = reader.Short();
    reader.Fill(aad_);
    reader.Fill(input_);
  }

  void Run() {
    const PageBatch batch{input_, output(), aad_, table_};
    const bool is_sealing = choices_.direction == Direction::kSeal;
    if (!(is_sealing ? IsSealable(batch) : IsOpenable(batch))) return;
    const bool is_checked = CheckOverlap(batch, choices_.direction) == Fault::kNone;
    if (is_checked && !is_sealing && choices_.is_sealed_before) SealInputs();
    is_sealing ? Seal(batch, is_checked) : Open(batch, is_checked);
  }

 private:
  WritableBytes output() { return choices_.is_in_place ? WritableBytes(input_) : WritableBytes(output_); }
  size_t count() const { return table_.size() / PageBatch::kStride; }

  // Only of a batch that was accepted. `output` stands for the real one.
  Page PageAt(size_t index, WritableBytes output) {
    const uint32_t* const row = &table_[index * PageBatch::kStride];
    const size_t extra = kSealedPageExtraBytes, bytes = row[1];
    const size_t opened = bytes < extra ? 0 : bytes - extra;
    const size_t written = choices_.direction == Direction::kSeal ? bytes + extra : opened;
    return {Bytes(input_).subspan(row[0], bytes), Bytes(aad_).subspan(row[3], row[4]),
            output.subspan(row[2], written)};
  }

  // What lies in the input becomes text; the last to lie somewhere wins.
  void SealInputs() {
    Xaes portable = Portable();
    for (size_t i = 0; i < count(); i++) {
      const Page page = PageAt(i, output());
      if (page.input.size() < kSealedPageExtraBytes) continue;
      const WritableBytes sealed =
          WritableBytes(input_).subspan(table_[i * PageBatch::kStride], page.input.size());
      const Bytes nonce = page.input.first(kXaesNonceBytes);
      const WritableBytes body = sealed.subspan(kXaesNonceBytes);
      portable.Seal(nonce.first<kXaesNonceBytes>(), page.aad, body.first(body.size() - kTagBytes), body);
    }
    if (damage_ < 8 * input_.size()) input_[damage_ / 8] ^= static_cast<uint8_t>(1 << damage_ % 8);
  }

  void Open(const PageBatch& batch, bool is_checked) {
    Buffer wanted(output().begin(), output().end());
    int64_t wanted_failed = -1, first_failed = 7;
    Xaes portable = Portable();
    for (size_t i = count(); is_checked && i-- > 0;) {
      const Page page = PageAt(i, wanted);
      const bool is_open = page.input.size() >= kSealedPageExtraBytes &&
                           portable.Open(page.input.first<kXaesNonceBytes>(), page.aad,
                                         page.input.subspan(kXaesNonceBytes), page.output);
      if (!is_open) wanted_failed = static_cast<int64_t>(i);
    }
    Require(OpenPages(choices_.kernel, TheKey(), batch, &first_failed) == Fault::kNone, "opening faults");
    if (!is_checked) return;
    Require(first_failed == wanted_failed, "another page failed first");
    Require(std::equal(wanted.begin(), wanted.end(), output().begin()), "the output is another");
  }

  void Seal(const PageBatch& batch, bool is_checked) {
    const Buffer before(output().begin(), output().end()), input = input_;
    Require(SealPages(choices_.kernel, TheKey(), batch) == Fault::kNone, "sealing faults");
    if (!is_checked) return;
    Buffer wanted = before;
    Xaes portable = Portable();
    for (size_t i = 0; i < count(); i++) {
      const Page page = PageAt(i, output());
      Buffer opened(page.input.size());
      Require(portable.Open(page.output.first<kXaesNonceBytes>(), page.aad,
                            page.output.subspan(kXaesNonceBytes), opened),
              "a sealed page does not open");
      Require(std::equal(opened.begin(), opened.end(), input.begin() + table_[i * PageBatch::kStride]),
              "a sealed page opens as another");
      const Page place = PageAt(i, wanted);
      std::copy(page.output.begin(), page.output.end(), place.output.begin());
    }
    Require(std::equal(wanted.begin(), wanted.end(), output().begin()), "more than the pages was written");
  }

  const Choices choices_;
  Buffer input_, output_, aad_;
  std::vector<uint32_t> table_;
  uint16_t damage_;
};

}  // namespace

}  // namespace cryptable

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t count) {
  cryptable::Reader reader({bytes, count});
  cryptable::Trial(reader).Run();
  return 0;
}
