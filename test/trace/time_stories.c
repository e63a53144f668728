#include "trace/stories.h"
int time_stories(void)
{
    return 0;
}
