#include "widgets/models/finding_table_model.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include "widgets/common/format.h"
#include "widgets/common/shown_text.h"

namespace qs {

QString linterText(const std::string& pattern, const std::vector<std::string>& arguments) {
    static const QRegularExpression placeholder(QStringLiteral("%(\\d)"));
    const QString text = QCoreApplication::translate("Linter", pattern.c_str());
    // In one pass: an argument may itself look like a placeholder.
    QString filled;
    qsizetype end = 0;
    for (auto match = placeholder.globalMatch(text); match.hasNext();) {
        const QRegularExpressionMatch found = match.next();
        const auto number = static_cast<size_t>(found.captured(1).toInt());
        filled += text.mid(end, found.capturedStart() - end);
        filled += number >= 1 && number <= arguments.size()
                      ? shownText(QString::fromStdString(arguments[number - 1]))
                      : found.captured();
        end = found.capturedEnd();
    }
    return filled + text.mid(end);
}

void FindingTableModel::setFindings(std::vector<protocol::Finding> findings) {
    beginResetModel();
    findings_ = std::move(findings);
    endResetModel();
}

int FindingTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(findings_.size());
}

int FindingTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant FindingTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const protocol::Finding& finding = findings_[static_cast<size_t>(index.row())];
    const QString layer = QString::fromStdString(finding.layer);
    if (role == LayerRole) {
        return layer;
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant(Qt::AlignTop | (index.column() == SavingColumn ? Qt::AlignRight : Qt::AlignLeft));
    }
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) {
        return {};
    }
    if (index.column() == SavingColumn) {
        return format::milliseconds(finding.saving_ms);
    }
    const QString message = linterText(finding.message, finding.arguments);
    QStringList lines;
    if (const QString name = shownText(layer); name.isEmpty() || !message.contains(name)) {
        lines << (name.isEmpty() ? tr("whole model") : name);
    }
    lines << message;
    if (const QString remedy = linterText(finding.remedy, finding.arguments); !remedy.isEmpty()) {
        lines << QChar(0x2192) + QStringLiteral(" ") + remedy;
    }
    return lines.join(QLatin1Char('\n'));
}

QVariant FindingTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant(Qt::AlignVCenter | (section == SavingColumn ? Qt::AlignRight : Qt::AlignLeft));
    }
    if (role == Qt::ToolTipRole && section == SavingColumn) {
        return tr("Time of an inference that the remedy saves at most");
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    return section == SavingColumn ? tr("Saves at most") : tr("What was found, and the remedy");
}

}  // namespace qs
