#include "widgets/rules/rule_panel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/common/problem_color.h"
#include "widgets/common/row_table.h"
#include "widgets/models/rule_table_model.h"
#include "widgets/panels/panel_types.h"
#include "widgets/rules/rule_table.h"

namespace qs {

RulePanel::RulePanel(ViewState& state, QWidget* parent)
    : QWidget(parent),
      state_(state),
      model_(new RuleTableModel(this)),
      table_(new RuleTable(this)),
      note_(new QLabel(this)),
      add_(new QPushButton(tr("Add..."), this)),
      edit_(new QPushButton(tr("Edit..."), this)),
      remove_(new QPushButton(tr("Remove"), this)),
      up_(new QPushButton(tr("Up"), this)),
      down_(new QPushButton(tr("Down"), this)) {
    build();
    const auto edit = [this] {
        if (edit_->isEnabled()) {
            emit state_.ruleEditorRequested(currentRule());
        }
    };
    connect(add_, &QPushButton::clicked, &state_, &ViewState::newRuleRequested);
    connect(edit_, &QPushButton::clicked, this, edit);
    connect(remove_, &QPushButton::clicked, this, &RulePanel::removeCurrent);
    connect(up_, &QPushButton::clicked, this, [this] { moveCurrent(-1); });
    connect(down_, &QPushButton::clicked, this, [this] { moveCurrent(1); });
    connect(table_, &QTableView::doubleClicked, this, edit);
    connect(table_, &RuleTable::editRequested, this, edit);
    connect(table_, &RuleTable::removeRequested, this, &RulePanel::removeCurrent);
    connect(table_, &RuleTable::moveRequested, this, &RulePanel::moveCurrent);
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
        if (!syncing_) {
            selectLayers();
        }
        updateButtons();
    });
    connect(table_, &QTableView::clicked, this, &RulePanel::selectLayers);
    connect(&state_, &ViewState::rulesChanged, this, &RulePanel::showRules);
    connect(&state_, &ViewState::ruleRequested, this, [this](int rule) {
        emit state_.panelRequested(this);
        selectRule(rule);
    });
    showRules();
}

void RulePanel::build() {
    table_->setObjectName(QStringLiteral("ruleTable"));
    table_->setAccessibleName(tr("Rules"));
    table_->setModel(model_);
    setUpRowTable(*table_);
    table_->verticalHeader()->show();
    QHeaderView& header = *table_->horizontalHeader();
    header.setSectionResizeMode(QHeaderView::Interactive);
    header.setStretchLastSection(true);
    note_->setObjectName(QStringLiteral("ruleNote"));
    note_->setWordWrap(true);
    note_->setTextFormat(Qt::PlainText);
    note_->setContentsMargins(6, 4, 6, 0);
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(6, 4, 6, 4);
    const std::pair<QPushButton*, const char*> all[] = {{add_, "ruleAdd"},
                                                        {edit_, "ruleEdit"},
                                                        {remove_, "ruleRemove"},
                                                        {up_, "ruleUp"},
                                                        {down_, "ruleDown"}};
    for (const auto& [button, name] : all) {
        button->setObjectName(QLatin1String(name));
        buttons->addWidget(button);
    }
    buttons->addStretch();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(table_, 1);
    layout->addWidget(note_);
    layout->addLayout(buttons);
}

void RulePanel::showRules() {
    const auto& [rules, preview, problem, obstacle] = state_.rules();
    std::vector<RuleRow> rows;
    rows.reserve(rules.size());
    for (const protocol::Rule& rule : rules) {
        rows.push_back({rule, preview ? 0 : -1, {}});
    }
    layers_.assign(rules.size(), {});
    if (preview) {
        for (const protocol::LayerQConfig& layer : preview->layers) {
            if (const auto rule = static_cast<size_t>(layer.rule); rule < rows.size()) {
                ++rows[rule].layers;
                layers_[rule] << QString::fromStdString(layer.name);
            }
        }
        for (const protocol::RuleProblem& wrong : preview->problems) {
            if (const auto rule = static_cast<size_t>(wrong.rule); rule < rows.size()) {
                rows[rule].problem = QString::fromStdString(wrong.message);
            }
        }
    }
    const bool hadRows = model_->rowCount() > 0;
    const int current = std::min(currentRule(), static_cast<int>(rows.size()) - 1);
    const bool hasProblem =
        std::any_of(rows.begin(), rows.end(), [](const RuleRow& row) { return !row.problem.isEmpty(); });
    {
        const QScopedValueRollback syncing(syncing_, true);
        model_->setRows(std::move(rows));
        if (current >= 0) {
            table_->setCurrentIndex(model_->index(current, 0));
        }
    }
    const bool hadProblem = !table_->isColumnHidden(RuleTableModel::ProblemColumn);
    table_->setColumnHidden(RuleTableModel::ProblemColumn, !hasProblem);
    if (!hadRows || hasProblem != hadProblem) {
        for (int column = 0; column < RuleTableModel::ProblemColumn; ++column) {
            table_->resizeColumnToContents(column);
        }
    }
    showNote();
    updateButtons();
}

/// What keeps the engine from answering, else what is wrong with the first rule that cannot be used.
void RulePanel::showNote() {
    QString text = state_.rules().problem;
    for (size_t i = 0; text.isEmpty() && i < model_->rows().size(); ++i) {
        if (const QString& problem = model_->rows()[i].problem; !problem.isEmpty()) {
            text = problem;
        }
    }
    QPalette red = palette();
    red.setColor(QPalette::WindowText, problemColor(red));
    note_->setPalette(red);
    note_->setText(text);
    note_->setVisible(!text.isEmpty());
}

void RulePanel::selectRule(int rule) {
    table_->setCurrentIndex(model_->index(rule, 0));
    table_->scrollTo(model_->index(rule, 0));
    table_->setFocus();
    selectLayers();
}

void RulePanel::selectLayers() {
    const auto rule = static_cast<size_t>(currentRule());
    if (rule < layers_.size() && !layers_[rule].isEmpty()) {
        state_.setSelectedLayers(layers_[rule]);
    }
}

int RulePanel::currentRule() const {
    return table_->currentIndex().row();
}

void RulePanel::removeCurrent() {
    if (remove_->isEnabled()) {
        std::vector<protocol::Rule> left = state_.rules().rules;
        const int rule = currentRule();
        left.erase(left.begin() + rule);
        emit state_.rulesEditRequested(tr("Remove rule %1").arg(rule + 1), left);
    }
}

void RulePanel::moveCurrent(int by) {
    const int from = currentRule();
    const int to = from + by;
    if (from < 0 || to < 0 || to >= model_->rowCount() || !state_.rules().obstacle.isEmpty()) {
        return;
    }
    std::vector<protocol::Rule> moved = state_.rules().rules;
    std::swap(moved[static_cast<size_t>(from)], moved[static_cast<size_t>(to)]);
    {
        // The rule that is moved stays the current one.
        const QScopedValueRollback syncing(syncing_, true);
        table_->setCurrentIndex(model_->index(to, 0));
    }
    emit state_.rulesEditRequested(tr("Move rule %1").arg(from + 1), moved);
}

void RulePanel::updateButtons() {
    const int rule = currentRule();
    const auto set = [this](QPushButton* button, bool possible, const QString& tip, const QString& missing) {
        button->setEnabled(possible && state_.rules().obstacle.isEmpty());
        button->setToolTip(!state_.rules().obstacle.isEmpty() ? state_.rules().obstacle
                           : possible                         ? tip
                                                              : missing);
    };
    const QString choose = tr("Choose a rule first.");
    set(add_, true, tr("A rule for an op, a pattern, a layer or the whole model"), {});
    set(edit_, rule >= 0, tr("Change the rule (Enter)"), choose);
    set(remove_, rule >= 0, tr("Take the rule away (Delete)"), choose);
    set(up_, rule > 0, tr("Of rules of the same kind the later one wins (Alt+Up)"),
        rule == 0 ? tr("It is the first rule.") : choose);
    set(down_, rule >= 0 && rule + 1 < model_->rowCount(),
        tr("Of rules of the same kind the later one wins (Alt+Down)"),
        rule >= 0 ? tr("It is the last rule.") : choose);
}

void register_rule_panel(PanelTypes& panels) {
    panels.add({"ruleDock", QT_TRANSLATE_NOOP("Panels", "Rules"), PanelPlace::BottomRight, 1, "Alt+0",
                makePanel<RulePanel>});
}

}  // namespace qs
