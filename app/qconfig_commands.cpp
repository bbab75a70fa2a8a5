#include "app/qconfig_commands.h"

#include <QSet>
#include <algorithm>
#include <map>
#include <memory>

#include "widgets/models/rules.h"
#include "widgets/models/view_state.h"
#include "widgets/qconfig/preview_text.h"
#include "widgets/qconfig/qconfig_dialog.h"

namespace qs::app {
namespace {

/// "#2 op conv2d"
QString ruleName(int index, const protocol::Rule& rule) {
    QString text =
        QStringLiteral("#%1 %2").arg(index + 1).arg(ruleKindTitle(QString::fromStdString(rule.match)));
    return rule.key.empty() ? text : text + QLatin1Char(' ') + QString::fromStdString(rule.key);
}

}  // namespace

QConfigCommands::QConfigCommands(QWidget& window, EngineClient& client, Session& session, ViewState& state)
    : QObject(&window), window_(window), client_(client), session_(session), state_(state) {}

void QConfigCommands::editLayers(const QStringList& layers) {
    if (layers.isEmpty() || !session_.model()) {
        return;
    }
    const Rules& rules = session_.rules();
    const bool mayInherit = std::any_of(layers.begin(), layers.end(), [&](const QString& layer) {
        return rules.ofLayer(layer.toStdString()) != nullptr;
    });
    auto* dialog = new QConfigDialog(client_.engineInfo(), layers, mayInherit, &window_);
    const std::string first = layers.first().toStdString();
    if (const protocol::QConfig* own = rules.ofLayer(first)) {
        dialog->setQConfig(*own);
    } else {
        const LayerRow* row = state_.findLayer(layers.first());
        const bool known = row && row->rule && row->rule->rule >= 0;
        const auto winner = static_cast<size_t>(known ? row->rule->rule : 0);
        dialog->setQConfig(known && winner < rules.all().size() ? rules.all()[winner].qconfig
                                                                : rules.global());
    }
    showWinner(*dialog, layers);
    connect(dialog, &QConfigDialog::inheritRequested, this,
            [this, layers] { session_.setLayerOverride(layers, {}); });
    connect(dialog, &QDialog::accepted, this, [this, dialog, layers] {
        session_.setLayerOverride(layers, QString::fromStdString(protocol::textOf(dialog->qconfig())));
    });
    open(*dialog, [this, dialog, layers] { return withLayers(layers, dialog->qconfig()); });
}

void QConfigCommands::showWinner(QConfigDialog& dialog, const QStringList& layers) {
    const RuleAnswerPtr& answer = session_.preview().current();
    if (!answer) {
        dialog.setWinner(tr("The engine has not said yet which rule wins."), false);
        return;
    }
    const QSet<QString> wanted(layers.begin(), layers.end());
    std::map<int, int> wins;
    for (const protocol::LayerQConfig& layer : answer->preview.layers) {
        if (wanted.contains(QString::fromStdString(layer.name))) {
            ++wins[layer.rule];
        }
    }
    QStringList names;
    int most = -1;
    for (const auto& [rule, count] : wins) {
        if (rule < 0) {
            names << tr("none, so FP32");
            continue;
        }
        const QString name = ruleName(rule, answer->rules[static_cast<size_t>(rule)]);
        names << (wins.size() == 1 ? name : tr("%1 (%n layer(s))", nullptr, count).arg(name));
        most = most < 0 || count > wins[most] ? rule : most;
    }
    constexpr qsizetype kShown = 3;
    QString text = QStringList(names.first(std::min(kShown, names.size()))).join(QStringLiteral(", "));
    if (names.size() > kShown) {
        text += QStringLiteral(", \u2026");
    }
    dialog.setWinner(
        names.size() == 1 ? tr("Rule that won: %1").arg(text) : tr("Rules that won: %1").arg(text),
        most >= 0);
    connect(&dialog, &QConfigDialog::goToRuleRequested, this,
            [this, most] { emit state_.ruleRequested(most); });
}

QConfigCommands::Candidate QConfigCommands::withLayers(const QStringList& layers,
                                                       const protocol::QConfig& qconfig) const {
    Rules rules = session_.rules();
    rules.setLayers(plainNames(layers), qconfig);
    Candidate candidate{rules.all(), {}, layers};
    const QSet<QString> named(layers.begin(), layers.end());
    for (size_t i = 0; i < candidate.rules.size(); ++i) {
        if (candidate.rules[i].match == "layer" &&
            named.contains(QString::fromStdString(candidate.rules[i].key))) {
            candidate.changed.push_back(static_cast<int>(i));
        }
    }
    return candidate;
}

void QConfigCommands::addRule() {
    openForRule(std::nullopt);
}

void QConfigCommands::editRule(int rule) {
    if (rule >= 0 && static_cast<size_t>(rule) < session_.rules().all().size()) {
        openForRule(rule);
    }
}

void QConfigCommands::openForRule(const std::optional<int>& index) {
    if (!session_.model()) {
        return;
    }
    const std::vector<protocol::Rule>& before = session_.rules().all();
    QStringList ops, layers;
    for (const protocol::LayerInfo& layer : session_.model()->layers) {
        if (layer.quantizable) {
            ops << QString::fromStdString(layer.op);
            layers << QString::fromStdString(layer.name);
        }
    }
    ops.removeDuplicates();
    ops.sort();
    const auto edited = index ? std::optional(before[static_cast<size_t>(*index)]) : std::nullopt;
    auto* dialog = new QConfigDialog(client_.engineInfo(), edited, ops, layers, &window_);
    if (!index) {
        dialog->setQConfig(session_.rules().global());
    }
    const auto make = [dialog, index, before] {
        Rules rules(before);
        const int at = index ? *index : rules.add(dialog->rule());
        std::vector<protocol::Rule> all = rules.all();
        all[static_cast<size_t>(at)] = dialog->rule();
        return Candidate{std::move(all), {at}, {}};
    };
    connect(dialog, &QDialog::accepted, this, [this, index, make] {
        const Candidate candidate = make();
        session_.setRuleList(index ? tr("Change rule %1").arg(*index + 1) : tr("Add a rule"),
                             candidate.rules);
        emit state_.ruleRequested(candidate.changed.front());
    });
    open(*dialog, make);
}

/// Shows the dialog and keeps its preview up to date.
void QConfigCommands::open(QConfigDialog& dialog, const MakeCandidate& make) {
    dialog.setAttribute(Qt::WA_DeleteOnClose);
    auto* question = new PreviewQuestion(client_, &dialog);
    const auto asked = std::make_shared<Candidate>();
    const auto ask = [this, question, asked, make] {
        if (session_.model()) {
            *asked = make();
            question->ask(session_.openParams(), asked->rules);
        }
    };
    connect(&dialog, &QConfigDialog::previewWanted, this, ask);
    connect(question, &PreviewQuestion::answered, &dialog, [&dialog, asked](const RuleAnswerPtr& answer) {
        if (answer->rules == asked->rules) {
            showAnswer(dialog, *asked, *answer);
        }
    });
    connect(question, &PreviewQuestion::failed, &dialog,
            [&dialog](const QString& problem) { dialog.showUnknown(problem); });
    // What the dialog is about goes with the model.
    connect(&session_, &Session::modelChanged, &dialog, &QDialog::reject);
    ask();
    dialog.open();
}

void QConfigCommands::showAnswer(QConfigDialog& dialog, const Candidate& asked, const RuleAnswer& answer) {
    for (const protocol::RuleProblem& problem : answer.preview.problems) {
        if (std::find(asked.changed.begin(), asked.changed.end(), problem.rule) != asked.changed.end()) {
            dialog.showProblem(QString::fromStdString(problem.message));
            return;
        }
    }
    if (!asked.layers.isEmpty()) {
        dialog.showPreview(previewText(answer.preview, asked.layers));
        return;
    }
    const QStringList won = layersOfRule(answer.preview, asked.changed.front());
    dialog.showPreview(won.isEmpty() ? tr("It wins no layer: stronger rules, or later ones, win them all.")
                                     : tr("It wins %n layer(s).", nullptr, static_cast<int>(won.size())) +
                                           QLatin1Char('\n') + previewText(answer.preview, won));
}

}  // namespace qs::app
