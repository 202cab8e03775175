"""What AG Grid itself says, by its own keys."""

from flask_babel import lazy_gettext

TEXTS = {
    # filters
    "contains": lazy_gettext("Contains"),
    "notContains": lazy_gettext("Does not contain"),
    "equals": lazy_gettext("Equals"),
    "notEqual": lazy_gettext("Does not equal"),
    "startsWith": lazy_gettext("Begins with"),
    "endsWith": lazy_gettext("Ends with"),
    "blank": lazy_gettext("Is empty"),
    "notBlank": lazy_gettext("Is not empty"),
    "greaterThan": lazy_gettext("Greater than"),
    "greaterThanOrEqual": lazy_gettext("Greater than or equal to"),
    "lessThan": lazy_gettext("Less than"),
    "lessThanOrEqual": lazy_gettext("Less than or equal to"),
    "after": lazy_gettext("After"),
    "before": lazy_gettext("Before"),
    "inRange": lazy_gettext("Between"),
    "inRangeStart": lazy_gettext("From"),
    "inRangeEnd": lazy_gettext("To"),
    "andCondition": lazy_gettext("And"),
    "orCondition": lazy_gettext("Or"),
    "filterOoo": lazy_gettext("Filter"),
    "resetFilter": lazy_gettext("Reset"),
    "dateFormatOoo": lazy_gettext("yyyy-mm-dd"),
    "invalidDate": lazy_gettext("No such date"),
    "invalidNumber": lazy_gettext("No number"),
    # rows
    "loadingOoo": lazy_gettext("Loading"),
    "noRowsToShow": lazy_gettext("No rows"),
    "noMatchingRows": lazy_gettext("No rows match"),
    # what a screen reader says
    "ariaFilterColumn": lazy_gettext("Press Ctrl and Enter to open the filter"),
    "ariaFilterInput": lazy_gettext("Filter Input"),
    "ariaFilterMenuOpen": lazy_gettext("Open the filter"),
    "ariaFilterValue": lazy_gettext("Filter value"),
    "ariaFilterFromValue": lazy_gettext("Filter from"),
    "ariaFilterToValue": lazy_gettext("Filter to"),
    "ariaFilteringOperator": lazy_gettext("Filter operator"),
    "ariaDateFilterInput": lazy_gettext("Date Filter Input"),
    "ariaColumnFiltered": lazy_gettext("Column is filtered"),
    "ariaLabelColumnFilter": lazy_gettext("Column filter"),
    "ariaSortableColumn": lazy_gettext("Press Enter to sort"),
    "ariaRowDeselect": lazy_gettext("Press Space to deselect this row"),
    "ariaRowSelect": lazy_gettext("Press Space to select this row"),
    "ariaRowToggleSelection": lazy_gettext("Press Space to toggle row selection"),
    "ariaRowSelectAll": lazy_gettext("Press Space to toggle all rows selection"),
    "ariaHeaderSelection": lazy_gettext("Column with Header Selection"),
    "ariaChecked": lazy_gettext("checked"),
    "ariaUnchecked": lazy_gettext("unchecked"),
    "ariaIndeterminate": lazy_gettext("indeterminate"),
    "ariaLabelTooltip": lazy_gettext("Hint"),
}


def texts() -> dict[str, str]:
    """Return the texts in the language of the present request, as the option `localeText`."""
    return {key: str(text) for key, text in TEXTS.items()}
