#include "widgets/jobs/job_table_model.h"

#include <algorithm>
#include <cmath>

#include "widgets/common/format.h"

namespace qs {
namespace {

constexpr auto kTick = std::chrono::seconds(1);
constexpr int kPerMille = 1000;

QVariant progressOf(const JobRow& job) {
    if (!job.running) {
        return {};
    }
    if (job.total <= 0) {
        return -1;
    }
    return static_cast<int>(std::clamp<int64_t>(kPerMille * job.done / job.total, 0, kPerMille));
}

}  // namespace

JobTableModel::JobTableModel(ViewState& state, QObject* parent) : QAbstractTableModel(parent), state_(state) {
    clock_.setInterval(kTick);
    connect(&clock_, &QTimer::timeout, this, [this] {
        if (!rows_.empty()) {
            emit dataChanged(index(0, TimeColumn), index(0, TimeColumn), {Qt::DisplayRole});
        }
    });
    connect(&state_, &ViewState::jobsChanged, this, &JobTableModel::follow);
    follow();
}

/// Jobs come at the end and go anywhere.
void JobTableModel::follow() {
    const std::vector<JobRow>& now = state_.jobs();
    const auto isHere = [&](const JobRow& job) {
        return std::any_of(now.begin(), now.end(), [&](const JobRow& other) { return other.id == job.id; });
    };
    for (int row = rowCount() - 1; row >= 0; --row) {
        if (!isHere(rows_[static_cast<size_t>(row)])) {
            beginRemoveRows({}, row, row);
            rows_.erase(rows_.begin() + row);
            endRemoveRows();
        }
    }
    for (size_t i = 0; i < rows_.size(); ++i) {
        if (rows_[i] != now[i]) {
            rows_[i] = now[i];
            emit dataChanged(index(static_cast<int>(i), 0), index(static_cast<int>(i), kColumnCount - 1));
        }
    }
    if (now.size() > rows_.size()) {
        beginInsertRows({}, rowCount(), static_cast<int>(now.size()) - 1);
        rows_ = now;
        endInsertRows();
    }
    if (rows_.empty()) {
        clock_.stop();
    } else if (!clock_.isActive()) {
        clock_.start();
    }
}

int JobTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int JobTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : kColumnCount;
}

QString JobTableModel::text(const JobRow& job, int column) const {
    switch (column) {
        case TitleColumn:
            return job.title;
        case ProgressColumn:
            return job.cancelling ? tr("stopping") : job.running ? job.message : tr("waiting");
        case TimeColumn: {
            if (!job.running) {
                return {};
            }
            const std::chrono::duration<double> passed = JobRow::Clock::now() - job.startedAt;
            const QString elapsed = format::eta(std::max(1.0, std::floor(passed.count())));
            const QString left = format::eta(job.etaSeconds);
            return left.isEmpty() ? elapsed : tr("%1, %2 left").arg(elapsed, left);
        }
        default:
            return {};
    }
}

QVariant JobTableModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) {
        return {};
    }
    const JobRow& job = rows_[static_cast<size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole:
        case Qt::ToolTipRole:
            return text(job, index.column());
        case IdRole:
            return job.id;
        case ProgressRole:
            return progressOf(job);
        case CancellableRole:
            return !job.cancelling;
        default:
            return {};
    }
}

QVariant JobTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
        case TitleColumn:
            return tr("Job");
        case ProgressColumn:
            return tr("Progress");
        case TimeColumn:
            return tr("Time");
        default:
            return {};
    }
}

}  // namespace qs
