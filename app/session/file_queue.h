#pragma once

#include <QObject>
#include <QThreadPool>
#include <functional>

namespace qs::app {

/// A thread for what is read from and written to disk, one piece of work after the other.
class FileQueue : public QObject {
    Q_OBJECT
  public:
    /// What is to be done with the outcome, on the queue's own thread.
    using Finish = std::function<void()>;

    explicit FileQueue(QObject* parent = nullptr);
    /// Waits for what is queued; outcomes are dropped.
    ~FileQueue() override;

    /// `work` is called on the other thread and must not touch what belongs to this one.
    void run(std::function<Finish()> work);

  private:
    QThreadPool thread_;
};

}  // namespace qs::app
