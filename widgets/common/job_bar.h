#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace qs {

/// Progress of the running job, for the status bar: what it does, how far it is, how long it will take, and
/// Cancel.
class JobBar : public QWidget {
    Q_OBJECT
  public:
    explicit JobBar(QWidget* parent = nullptr);

    /// `total` 0: unknown. `etaSeconds` below 0: unknown. `waiting`: the jobs behind it.
    void showJob(const QString& text, int64_t done, int64_t total, double etaSeconds, bool cancellable,
                 int waiting);
    /// `text` is what is said instead of that all is ready.
    void showIdle(const QString& text = {});

  signals:
    void cancelRequested();
    /// A click on the number of those that wait.
    void queueRequested();

  private:
    QLabel* text_;
    QProgressBar* progress_;
    QLabel* eta_;
    QToolButton* cancel_;
    QToolButton* waiting_;
};

}  // namespace qs
