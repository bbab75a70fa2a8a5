#pragma once

#include <QString>
#include <QTemporaryDir>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/mainwindow.h"
#include "support/turn_watch.h"

namespace qs::test {

/// What a person did, and the longest turn of the event loop until the window was at rest again.
struct ScenarioStep {
    std::string name;
    Turn longest;
    std::string failure;  ///< why it did not come about; empty: it did
};

/// The window on the fake engine, with a project of many variants of a large network: every kind of thing
/// that a person does with it, as events.
class WindowScenario {
  public:
    WindowScenario(TurnWatch& watch, int variants, int layers);
    ~WindowScenario();

    std::vector<ScenarioStep> run();
    app::MainWindow& window() { return *window_; }

  private:
    using Condition = std::function<bool()>;

    void writeProject();
    void step(
        const std::string& name, const std::function<void()>& action,
        const Condition& until = [] { return true; });
    void open();
    void chooseVariants();
    void chooseLayers();
    void changeRules();
    void sortAndFilter();
    void bringDocksToFront();
    void measure();
    void saveAndReopen();
    template <typename T>
    T& child(const char* name);
    QString path(const char* name) const { return folder_.filePath(QLatin1String(name)); }

    TurnWatch& watch_;
    int variants_;
    int layers_;
    QTemporaryDir folder_;
    std::unique_ptr<app::EngineClient> client_;
    std::unique_ptr<app::Session> session_;
    std::unique_ptr<app::MainWindow> window_;
    std::vector<ScenarioStep> steps_;
};

}  // namespace qs::test
