#pragma once

#include <QApplication>
#include <QString>
#include <chrono>
#include <vector>

namespace qs::test {

/// A stretch in which the window could not answer.
struct Turn {
    double milliseconds = 0;  ///< on the clock
    double processor = 0;     ///< of which the window's thread computed: what a busy machine does not change
    QString longest;          ///< the event that took most of it: "MetaCall to qs::app::Session"
};

/// An application that measures each turn of its event loop: the time from when events that wait begin to be
/// delivered to when the loop can take new ones.
class TurnWatch : public QApplication {
    Q_OBJECT
  public:
    TurnWatch(int& argc, char** argv);

    bool notify(QObject* receiver, QEvent* event) override;

    /// What was measured since, the longest by processor time first.
    std::vector<Turn> take();

  private:
    void endTurn();

    std::vector<Turn> turns_;
    Turn turn_;
    double longestEvent_ = 0;
    int depth_ = 0;
};

}  // namespace qs::test
