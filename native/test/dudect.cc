// Does the time depend on secrets? For kernels that valgrind cannot run, a statistical answer: two classes of
// input, many measurements in random order, and Welch's t-test between them (Reparaz, Balasch and
// Verbauwhede, "Dude, is my code constant time?", DATE 2017). |t| < 4.5 is no evidence of a leak.
//
//   dudect KERNEL [SAMPLES [SEED]]      prints `t QUESTION VALUE, SHARE %` for each question
//
// Questions on tags are held to that. Those on keys and texts cannot be: a straight line of stores, of values
// that depend on the class and at addresses that do not, was seen to differ with |t| > 70, and sealing stores
// what depends on key and text. Differences of up to 0.8 % of the time were seen that come and go with the
// process. So there only what is both significant and larger than kStoredShare counts: a branch wrong a few
// times in 4 KiB shows, one wrong once in a while does not. That is for ctgrind.cc, which runs the source
// that the wide kernels share with AES-NI. Leaks of both kinds are planted, and must be found.
//
// All inputs of a question are made before anything is timed. To place one, the inputs of both classes are
// read and one is kept, without a branch: else caches and branch predictors would know the class, and be
// timed.
#include <x86intrin.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>

#include "check.h"
#include "kernels.h"

namespace cryptable {

namespace {

constexpr double kThreshold = 4.5;
constexpr double kStoredShare = 0.02;
// Measurements above these quantiles are left out, each in its turn: interrupts would drown a small
// difference.
constexpr double kQuantiles[] = {1.0, 0.99, 0.9, 0.75, 0.5};
constexpr size_t kWarmUp = 200;

struct Sample {
  uint64_t ticks;
  bool is_second;
};

class Welch {
 public:
  void Add(bool is_second, double value) {
    Class& its = classes_[is_second];
    its.count++;
    const double delta = value - its.mean;
    its.mean += delta / its.count;
    its.squares += delta * (value - its.mean);
  }

  // Of the time, the difference between the classes.
  double Share() const { return std::abs(classes_[0].mean - classes_[1].mean) / classes_[0].mean; }

  double t() const {
    // Of a class that is all slower than the other, a low quantile has none.
    if (classes_[0].count < 2 || classes_[1].count < 2) return 0;
    const double variance = Variance(classes_[0]) + Variance(classes_[1]);
    return variance > 0 ? (classes_[0].mean - classes_[1].mean) / std::sqrt(variance) : 0;
  }

 private:
  struct Class {
    double count = 0, mean = 0, squares = 0;
  };
  static double Variance(const Class& its) { return its.squares / (its.count - 1) / its.count; }
  Class classes_[2];
};

struct Answer {
  double t = 0, share = 0;  // the largest, and the largest of those that are significant
};

Answer Compare(const std::vector<Sample>& samples) {
  std::vector<uint64_t> sorted;
  for (const Sample& sample : samples) sorted.push_back(sample.ticks);
  std::sort(sorted.begin(), sorted.end());
  Answer answer;
  for (const double quantile : kQuantiles) {
    const uint64_t limit = sorted[static_cast<size_t>(quantile * static_cast<double>(sorted.size() - 1))];
    Welch welch;
    for (const auto& [ticks, is_second] : samples) {
      if (ticks <= limit) welch.Add(is_second, static_cast<double>(ticks));
    }
    const double t = std::abs(welch.t());
    answer.t = std::max(answer.t, t);
    if (t >= kThreshold) answer.share = std::max(answer.share, welch.Share());
  }
  return answer;
}

// An input is prepared for each class; `place` puts one where `run` finds it, and `run` is timed.
struct Question {
  const char* name;
  bool is_leaky;         // a planted leak, which must be found
  double allowed_share;  // of the time, how much may be a difference that is significant
  std::function<void(bool is_second)> place;
  std::function<void()> run;
};

Answer Ask(const Question& question, size_t count, Bytestream& stream) {
  std::vector<bool> order(count + kWarmUp);
  for (size_t i = 0; i < order.size(); i++) order[i] = stream.Next() >> 63;
  std::vector<Sample> samples;
  samples.reserve(order.size());
  for (const bool is_second : order) {
    question.place(is_second);
    unsigned processor;
    _mm_mfence();
    _mm_lfence();
    const uint64_t start = __rdtsc();
    _mm_lfence();
    question.run();
    const uint64_t end = __rdtscp(&processor);
    _mm_lfence();
    samples.push_back({end - start, is_second});
  }
  samples.erase(samples.begin(), samples.begin() + kWarmUp);
  return Compare(samples);
}

constexpr size_t kTextBytes = 4096;
constexpr size_t kPrepared = 16;

// As many inputs of each class. Those of the first are often all the same.
struct Inputs {
  std::vector<Buffer> classes[2];

  explicit Inputs(const Buffer& both) : classes{{kPrepared, both}, {kPrepared, both}} {}

  void Place(size_t index, bool is_second, Buffer& place) const {
    const uint8_t* const first = classes[0][index].data();
    const uint8_t* const second = classes[1][index].data();
    const uint8_t mask = static_cast<uint8_t>(-static_cast<int>(is_second));
    for (size_t i = 0; i < place.size(); i++) {
      place[i] = static_cast<uint8_t>(first[i] ^ (mask & (first[i] ^ second[i])));
    }
  }
};

// What the questions are about.
class Subject {
 public:
  Subject(const Kernel& kernel, Bytestream& stream) : gcm_(kernel), stream_(stream) {
    stream.Fill(key_);
    stream.Fill(text_);
    keys_ = Inputs(key_);
    texts_ = Inputs(text_);
    for (Buffer& key : keys_.classes[1]) stream.Fill(key);
    for (Buffer& text : texts_.classes[1]) stream.Fill(text);
    gcm_.UseKey(KeyBytes(key_.data(), kKeyBytes));
    gcm_.Seal(Nonce(), aad_, text_, sealed_);
    // Forged in the tag's first byte, and in its last: a comparison that stops early tells them apart.
    forgeries_ = Inputs(sealed_);
    for (Buffer& forgery : forgeries_.classes[0]) forgery[kTextBytes] ^= 1 + stream.Below(255);
    for (Buffer& forgery : forgeries_.classes[1]) forgery.back() ^= 1 + stream.Below(255);
  }

  std::vector<Question> Questions() {
    const auto place_key = [this](bool is_second) { keys_.Place(AnyIndex(), is_second, key_); };
    const auto place_text = [this](bool is_second) { texts_.Place(AnyIndex(), is_second, text_); };
    const auto place_forgery = [this](bool is_second) { forgeries_.Place(AnyIndex(), is_second, forgery_); };
    const auto seal = [this] { gcm_.Seal(Nonce(), aad_, text_, output_); };
    // Together: what the set-up leaves behind in the processor must not be part of the preparation.
    const auto use_key_and_seal = [this] {
      gcm_.UseKey(KeyBytes(key_.data(), kKeyBytes));
      gcm_.Seal(Nonce(), aad_, text_, output_);
    };
    const auto open = [this] { is_open_ = gcm_.Open(Nonce(), aad_, forgery_, opened_); };
    const auto compare = [this] { is_open_ = EqualInConstantTime(Tag(forgery_), Tag(sealed_)); };
    const auto compare_and_stop = [this] {
      const Bytes left = Tag(forgery_), right = Tag(sealed_);
      size_t equal = 0;
      while (equal < kTagBytes && left[equal] == right[equal]) equal++;
      is_open_ = equal == kTagBytes;
    };
    // Seals less where the tag's first byte is right.
    const auto seal_as_forged = [this] {
      const size_t bytes = Tag(forgery_).front() == Tag(sealed_).front() ? kTextBytes * 7 / 8 : kTextBytes;
      gcm_.Seal(Nonce(), aad_, Bytes(text_).first(bytes), output_);
    };
    return {{"seal-by-key", false, kStoredShare, place_key, use_key_and_seal},
            {"seal-by-text", false, kStoredShare, place_text, seal},
            {"open-by-tag", false, 0, place_forgery, open},
            {"compare-tags", false, 0, place_forgery, compare},
            {"planted-in-comparing", true, 0, place_forgery, compare_and_stop},
            {"planted-in-sealing", true, kStoredShare, place_forgery, seal_as_forged}};
  }

 private:
  static Bytes Tag(const Buffer& sealed) { return Bytes(sealed).subspan(kTextBytes); }
  size_t AnyIndex() { return stream_.Below(kPrepared); }
  GcmNonce Nonce() const { return GcmNonce(nonce_, kGcmNonceBytes); }

  Gcm gcm_;
  Bytestream& stream_;
  uint8_t nonce_[kGcmNonceBytes] = {7};
  Buffer aad_ = Buffer(48), sealed_ = Buffer(kTextBytes + kTagBytes);
  Inputs keys_{Buffer(kKeyBytes)}, texts_{Buffer(kTextBytes)}, forgeries_{sealed_};
  Buffer key_ = Buffer(kKeyBytes), text_ = Buffer(kTextBytes), output_ = sealed_, forgery_ = sealed_,
         opened_ = Buffer(kTextBytes);
  volatile bool is_open_ = false;
};

}  // namespace

int Main(const char* name, size_t count, uint64_t seed) {
  Checks checks;
  Bytestream stream(seed);
  for (const Kernel* kernel : UsableKernels()) {
    if (strcmp(kernel->name, name) != 0) continue;
    Subject subject(*kernel, stream);
    for (const Question& question : subject.Questions()) {
      const auto [t, share] = Ask(question, count, stream);
      printf("t %s %.2f, %.3f %%\n", question.name, t, 100 * share);
      checks.That(question.is_leaky == (share > question.allowed_share), "%s: |t| is %.2f, of %.3f %%",
                  question.name, t, 100 * share);
    }
  }
  return checks.Verdict();
}

}  // namespace cryptable

int main(int count, char** arguments) {
  const size_t samples = count > 2 ? strtoul(arguments[2], nullptr, 10) : 20'000;
  const uint64_t seed = count > 3 ? strtoull(arguments[3], nullptr, 10) : 1;
  return cryptable::Main(count > 1 ? arguments[1] : "", samples, seed);
}
