"""firstdose in the browser: the menu, the filters every page shares, and the one error boundary."""

from firstdose import ui
from firstdose.errors import FirstdoseError

ui.begin()
page = ui.navigation()
try:
    ui.open_view(page)
    page.run()
except FirstdoseError as error:
    ui.show_error(error)
