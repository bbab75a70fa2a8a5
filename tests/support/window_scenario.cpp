#include "support/window_scenario.h"

#include <QAction>
#include <QDir>
#include <QDirIterator>
#include <QDockWidget>
#include <QHeaderView>
#include <QLineEdit>
#include <QSettings>
#include <QTableView>
#include <QTest>
#include <stdexcept>

#include "app/session/project_file.h"
#include "support/large_results.h"
#include "support/sample_results.h"
#include "support/shared.h"
#include "widgets/models/layer_columns.h"
#include "widgets/models/view_state.h"

namespace qs::test {

namespace {

constexpr int kPatience = 120'000;
constexpr int kRest = 150;  ///< milliseconds in which what was put off is done

app::Document largeDocument(const QString& model, int variants, int layers) {
    app::Document document;
    document.model = samples::share(samples::largeModel(model.toStdString(), layers));
    const protocol::DataSpec data{"fashion-mnist:test", {}};
    document.evaluation = app::OpenedData{data, samples::dataInfo(data)};
    for (int i = 0; i < variants; ++i) {
        const protocol::Recipe recipe = samples::largeRecipe(*document.model, i);
        document.variants.push_back(app::makeVariant(QStringLiteral("variant-%1").arg(i),
                                                     QStringLiteral("onednn, run %1").arg(i),
                                                     QDateTime::fromMSecsSinceEpoch(1'700'000'000'000 + i),
                                                     samples::largeVariant(*document.model, recipe, i)));
    }
    if (variants > 0) {
        document.currentVariant = document.variants.back()->id;
        document.rules = document.variants.back()->rules;
    }
    return document;
}

}  // namespace

WindowScenario::WindowScenario(TurnWatch& watch, int variants, int layers)
    : watch_(watch), variants_(variants), layers_(layers) {
    QSettings().clear();
    writeProject();
    client_ = std::make_unique<app::EngineClient>(app::EngineCommand{QStringLiteral(QS_FAKE_ENGINE), {}});
    session_ = std::make_unique<app::Session>(*client_, path("recovery"));
    window_ = std::make_unique<app::MainWindow>(*client_, *session_);
    window_->resize(1440, 900);
    window_->show();
    client_->start();
    if (!QTest::qWaitFor([this] { return client_->state() == app::EngineClient::State::Ready; }, kPatience)) {
        throw std::runtime_error("the fake engine does not start");
    }
}

WindowScenario::~WindowScenario() {
    window_.reset();
    session_.reset();
    client_.reset();
}

void WindowScenario::writeProject() {
    app::ProjectFile project{largeDocument(path("large.pt"), variants_, layers_), {}, {}};
    QStringList missing;
    if (const QString problem = app::saveProject(path("large.qsproj"), project, missing);
        !problem.isEmpty()) {
        throw std::runtime_error(problem.toStdString());
    }
}

template <typename T>
T& WindowScenario::child(const char* name) {
    T* found = window_->findChild<T*>(QLatin1String(name));
    if (!found) {
        throw std::runtime_error(std::string("the window has no ") + name);
    }
    return *found;
}

void WindowScenario::step(const std::string& name, const std::function<void()>& action,
                          const Condition& until) {
    QTest::qWait(kRest);
    watch_.take();
    bool begun = false;
    QMetaObject::invokeMethod(
        window_.get(),
        [&] {
            begun = true;
            action();
        },
        Qt::QueuedConnection);
    const bool well = QTest::qWaitFor([&] { return begun && until(); }, kPatience);
    QTest::qWait(kRest);
    const std::vector<Turn> turns = watch_.take();
    steps_.push_back({name, turns.empty() ? Turn() : turns.front(), well ? "" : "it did not come about"});
}

std::vector<ScenarioStep> WindowScenario::run() {
    open();
    chooseVariants();
    chooseLayers();
    changeRules();
    sortAndFilter();
    bringDocksToFront();
    measure();
    saveAndReopen();
    return std::move(steps_);
}

void WindowScenario::open() {
    step(
        "open the project", [this] { window_->open(path("large.qsproj")); },
        [this] { return static_cast<int>(session_->variants().size()) == variants_; });
}

void WindowScenario::chooseVariants() {
    auto& table = child<QTableView>("variantTable");
    for (const int row : {0, variants_ / 2}) {
        step(
            "choose variant " + std::to_string(row), [&, row] { table.selectRow(row); },
            [&, row] {
                return session_->currentVariant() == session_->variants().at(static_cast<size_t>(row));
            });
    }
}

void WindowScenario::chooseLayers() {
    auto& table = child<QTableView>("layerTable");
    step("choose a layer", [&] { table.selectRow(layers_ / 2); });
    step("choose all layers", [&] { table.selectAll(); });
    step("choose a layer in a chart",
         [this] { window_->viewState().setSelectedLayers({window_->viewState().layers().back().name()}); });
}

void WindowScenario::changeRules() {
    const auto& layers = window_->viewState().layers();
    const auto one = layers[layers.size() / 3].name();
    QStringList all;
    for (const LayerRow& row : layers) {
        all << row.name();
    }
    auto& undo = session_->undoStack();
    step("change a layer's qconfig", [&] { session_->setLayerOverride({one}, QStringLiteral("fp32")); });
    step("change all layers' qconfigs", [&] { session_->setLayerOverride(all, QStringLiteral("x86")); });
    step("change the preset", [&] { session_->setGlobalPreset(QStringLiteral("qnnpack")); });
    step("undo the preset", [&] { undo.undo(); });
    step("undo all layers' qconfigs", [&] { undo.undo(); });
    step("redo all layers' qconfigs", [&] { undo.redo(); });
    step("undo back to a variant", [&] {
        undo.undo();
        undo.undo();
    });
    step(
        "autosave", [&] { session_->setGlobalPreset(QStringLiteral("qnnpack")); },
        [this] {
            QDirIterator files(path("recovery"), {QStringLiteral("recovery.qsproj")}, QDir::Files,
                               QDirIterator::Subdirectories);
            return files.hasNext();
        });
}

void WindowScenario::sortAndFilter() {
    auto& table = child<QTableView>("layerTable");
    for (const LayerColumnId id : {LayerColumnId::Name, LayerColumnId::Sqnr, LayerColumnId::Speedup}) {
        const std::string name = layerColumns()[static_cast<size_t>(id)].key;
        step("sort by " + name, [&, id] { table.sortByColumn(static_cast<int>(id), Qt::AscendingOrder); });
        step("sort by " + name + ", the other way round",
             [&, id] { table.sortByColumn(static_cast<int>(id), Qt::DescendingOrder); });
    }
    auto& filter = child<QLineEdit>("layerFilter");
    for (const char* text : {"c", "conv2", "stage7 conv", "no layer", ""}) {
        step(std::string("filter by \"") + text + "\"", [&, text] { filter.setText(QLatin1String(text)); });
    }
    step("choose a variant with the table sorted",
         [this] { emit window_->viewState().variantPicked(session_->variants().at(1)->id); });
    step("sort back", [&] { table.sortByColumn(-1, Qt::AscendingOrder); });
}

void WindowScenario::bringDocksToFront() {
    size_t number = 2;
    for (QDockWidget* dock : window_->findChildren<QDockWidget*>()) {
        const std::string name = dock->objectName().toStdString();
        step("bring " + name + " to the front", [=] {
            dock->show();
            dock->raise();
        });
        const QString id = session_->variants().at(number++ % session_->variants().size())->id;
        step("choose a variant with " + name, [this, id] { emit window_->viewState().variantPicked(id); });
    }
}

void WindowScenario::measure() {
    const size_t before = session_->variants().size();
    step(
        "calibrate and measure", [this] { session_->calibrate(); },
        [&] { return session_->variants().size() == before + 1 && !session_->job().running; });
    step("remove a variant", [this] { session_->removeVariant(session_->variants().front()->id); });
}

void WindowScenario::saveAndReopen() {
    step(
        "save", [this] { session_->save(path("large.qsproj")); }, [this] { return !session_->isSaving(); });
    step(
        "save under another name", [this] { session_->save(path("other.qsproj")); },
        [this] { return !session_->isSaving(); });
    step("close the project", [this] { session_->clear(); });
    step(
        "open it again", [this] { window_->open(path("other.qsproj")); },
        [this] { return static_cast<int>(session_->variants().size()) == variants_; });
}

}  // namespace qs::test
