#pragma once

#include <QObject>
#include <QString>
#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace qs::app {

/// A job, or none (id 0).
struct JobState {
    using Clock = std::chrono::steady_clock;

    int64_t id = 0;
    QString title;  ///< "Calibrate and measure"
    bool running = false;
    Clock::time_point startedAt = {};  ///< where it runs
    QString message = {};
    int64_t done = 0;
    int64_t total = 0;       ///< 0: unknown
    double etaSeconds = -1;  ///< below 0: unknown
    bool cancelling = false;
};

enum class JobOutcome { Finished, Failed, Cancelled };

enum class JobKind {
    Alone,   ///< brings another document or changes what one is measured with: nothing runs beside it
    Queued,  ///< computes on what it was given when it was asked for; waits for those before it
};

/// The jobs of a session in the order in which they were asked for. The first one runs; the others wait, as
/// the engine's own lane of jobs has them.
class JobQueue : public QObject {
    Q_OBJECT
  public:
    using QObject::QObject;

    /// The running one first.
    const std::vector<JobState>& jobs() const { return states_; }
    /// None where nothing runs.
    const JobState& running() const { return states_.empty() ? none_ : states_.front(); }
    bool contains(int64_t id) const { return find(id) < states_.size(); }
    /// Whether a job of this kind may be asked for now.
    bool takes(JobKind kind) const;

    /// The id of the new job, which takes() allows. `onStart` is called when its turn comes, at once where
    /// nothing else runs.
    int64_t add(const QString& title, JobKind kind, std::function<void(int64_t id)> onStart = {});
    /// How to stop the job that was added last.
    void stopWith(std::function<void()> stop);
    void setProgress(int64_t id, const QString& message, int64_t done, int64_t total, double etaSeconds);
    /// Asks it to stop, once; end() follows when it has.
    void cancel(int64_t id);
    /// Takes it out, and lets the next one run. Unknown ids are ignored.
    void end(int64_t id, JobOutcome outcome);
    /// Stops and takes out all, without waiting for them; ended() tells of each as cancelled.
    void abandon();

  signals:
    void changed();
    void ended(qs::app::JobOutcome outcome, const QString& title, qint64 id);

  private:
    struct Control {
        JobKind kind;
        std::function<void(int64_t id)> onStart;
        std::function<void()> stop;
    };

    size_t find(int64_t id) const;
    void start();

    JobState none_;
    std::vector<JobState> states_;
    std::vector<Control> controls_;  ///< beside states_
    int64_t lastId_ = 0;
};

}  // namespace qs::app
