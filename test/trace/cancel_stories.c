#include "trace/stories.h"
int cancel_stories(void)
{
    return 0;
}
