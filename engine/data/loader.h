#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/job.h"
#include "data/dataset.h"

namespace qs {

struct StreamOptions {
    int64_t batch = 64;                         ///< samples a batch; the last one may be smaller
    int workers = 0;                            ///< decoding threads; 0: one a core
    int64_t batchesAhead = 4;                   ///< most batches decoded or being decoded at a time
    int64_t memoryBudget = int64_t{256} << 20;  ///< most bytes these may take together; one batch always may
    CancelToken cancel = {};
};

/// Reads chosen samples of a dataset batch by batch, decoding on worker threads ahead of the caller. The
/// batches are what readSamples() gives for consecutive runs of the indices, in that order, whatever the
/// number of workers. Memory does not grow with the number of samples.
///
///     BatchStream stream(data, firstSamples(data, 256), {.batch = 64});
///     for (;;) {
///         QS_ASSIGN(const std::optional<Batch> batch, stream.next());
///         if (!batch) break;
///         ...
///         QS_TRY(job.step(stream.done()));
///     }
///
/// `data` must outlive the stream. The destructor stops the workers and joins them: it waits for at most the
/// batches that are being decoded.
class BatchStream {
  public:
    BatchStream(const Dataset& data, std::vector<int64_t> indices, StreamOptions options = {});
    ~BatchStream();
    BatchStream(const BatchStream&) = delete;
    BatchStream& operator=(const BatchStream&) = delete;

    /// The next batch (N = 0 where none of its samples can be decoded); nothing after the last. An error (of
    /// reading, or Cancelled once options.cancel is set) ends the stream: later calls repeat it.
    Result<std::optional<Batch>> next();

    int64_t total() const;  ///< samples asked for
    int64_t done() const;   ///< samples behind the last batch that next() gave, skipped ones included

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// 0 to min(samples, data.size()) - 1; all where `samples` is 0.
std::vector<int64_t> firstSamples(const Dataset& data, int64_t samples);

/// `indices` in an order that depends on `seed` alone, the same on every platform.
std::vector<int64_t> shuffled(std::vector<int64_t> indices, uint64_t seed);

}  // namespace qs
